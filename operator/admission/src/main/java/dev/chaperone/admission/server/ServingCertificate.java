package dev.chaperone.admission.server;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * What the webhooks' server shows for itself.
 *
 * @param key of the first certificate
 * @param chain the server's own certificate first
 */
public record ServingCertificate(PrivateKey key, List<X509Certificate> chain) {
    public ServingCertificate {
        chain = List.copyOf(chain);
        if (chain.isEmpty()) {
            throw new IllegalArgumentException("no certificate");
        }
    }

    // Never its key.
    @Override
    public String toString() {
        return "ServingCertificate[" + chain.getFirst().getSubjectX500Principal() + "]";
    }
}
