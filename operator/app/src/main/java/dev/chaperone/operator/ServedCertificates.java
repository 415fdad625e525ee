package dev.chaperone.operator;

import dev.chaperone.admission.server.ServingCertificate;
import dev.chaperone.controller.channel.PeerKey;
import dev.chaperone.operator.certificates.OperatorCertificates;
import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/** What the servers present now; another certificate is presented from the next handshake on. */
final class ServedCertificates extends X509ExtendedKeyManager {
    // A handshake asks for the chain and then for the key, and must not get those of two certificates.
    private final Map<String, OperatorCertificates> byAlias = new ConcurrentHashMap<>();
    private volatile OperatorCertificates current;

    ServedCertificates(OperatorCertificates first) {
        this.current = first;
        replace(first);
    }

    void replace(OperatorCertificates next) {
        byAlias.put(alias(next), next);
        byAlias.keySet().retainAll(List.of(alias(current), alias(next)));
        current = next;
    }

    private static String alias(OperatorCertificates certificates) {
        return certificates.servingCertificate().getSerialNumber().toString();
    }

    private OperatorCertificates named(String alias) {
        return byAlias.getOrDefault(alias, current);
    }

    /** For the webhooks. */
    ServingCertificate serving() {
        OperatorCertificates now = current;
        return new ServingCertificate(now.servingKey(), List.of(now.servingCertificate()));
    }

    PeerKey peerKey() {
        return PeerKey.of(current.sharedSecret());
    }

    List<X509Certificate> authorities() {
        return List.of(current.authorityCertificate());
    }

    String authorityPem() {
        return current.authorityPem();
    }

    @Override
    public String chooseServerAlias(String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return alias(current);
    }

    @Override
    public String chooseEngineServerAlias(
            String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        return alias(current);
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
        return new X509Certificate[]{named(alias).servingCertificate()};
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
        return named(alias).servingKey();
    }

    @Override
    public String[] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return new String[]{alias(current)};
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public @Nullable String chooseClientAlias(
            String[] keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }
}
