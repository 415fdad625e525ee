package dev.chaperone.operator;

import dev.chaperone.admission.server.ServingCertificate;
import dev.chaperone.controller.channel.AcknowledgementKey;
import dev.chaperone.controller.channel.PeerKey;
import dev.chaperone.operator.certificates.OperatorCertificates;
import java.security.cert.X509Certificate;
import java.util.List;

/** What the servers present now; another certificate is presented from the next handshake on. */
final class ServedCertificates {
    private volatile OperatorCertificates current;

    ServedCertificates(OperatorCertificates first) {
        this.current = first;
    }

    void replace(OperatorCertificates next) {
        current = next;
    }

    ServingCertificate serving() {
        OperatorCertificates now = current;
        return new ServingCertificate(now.servingKey(), List.of(now.servingCertificate()));
    }

    PeerKey peerKey() {
        return PeerKey.of(current.sharedSecret());
    }

    AcknowledgementKey acknowledgementKey() {
        return AcknowledgementKey.of(current.sharedSecret());
    }

    List<X509Certificate> authorities() {
        return List.of(current.authorityCertificate());
    }

    String authorityPem() {
        return current.authorityPem();
    }
}
