package dev.chaperone.admission.server;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/** Asks for the certificate at each handshake, so that a renewed one needs no restart and drops no connection. */
public final class SuppliedKeyManager extends X509ExtendedKeyManager {
    private final Supplier<ServingCertificate> current;
    // A handshake asks for key and chain one after the other, and gets those of one certificate even while it is being
    // renewed. Renewals are months apart, so nothing is ever taken out.
    private final Map<String, ServingCertificate> handedOut = new ConcurrentHashMap<>();

    /** @param current asked at each handshake */
    public SuppliedKeyManager(Supplier<ServingCertificate> current) {
        this.current = current;
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
            String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        ServingCertificate certificate = current.get();
        if (!certificate.key().getAlgorithm().equals(keyType)) {
            return null;
        }
        String alias = certificate.chain().getFirst().getSerialNumber().toString(Character.MAX_RADIX);
        handedOut.put(alias, certificate);
        return alias;
    }

    @Override
    public @Nullable String chooseServerAlias(
            String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return chooseEngineServerAlias(keyType, issuers, null);
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        ServingCertificate certificate = handedOut.get(alias);
        return certificate == null ? null : certificate.chain().toArray(new X509Certificate[0]);
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        ServingCertificate certificate = handedOut.get(alias);
        return certificate == null ? null : certificate.key();
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        String alias = chooseEngineServerAlias(keyType, issuers, null);
        return alias == null ? null : new String[]{alias};
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public @Nullable String chooseClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }
}
