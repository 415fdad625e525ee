package dev.chaperone.controller.channel;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** What replicas of one operator know one another by: derived from a secret that all of them, and only they, read. */
public final class PeerKey {
    private static final byte[] LABEL = "chaperone.dev channel peer 1".getBytes(StandardCharsets.US_ASCII);

    private final String authorization;

    private PeerKey(String authorization) {
        this.authorization = authorization;
    }

    /** @param secret of at least 16 bytes, such as the encoded private key of the certificate authority */
    public static PeerKey of(byte[] secret) {
        if (secret.length < 16) {
            throw new IllegalArgumentException("a secret of " + secret.length + " bytes can be guessed");
        }
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret, "HmacSHA256"));
            return new PeerKey("Bearer " + HexFormat.of().formatHex(mac.doFinal(LABEL)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HmacSHA256", e);
        }
    }

    /** Value of the header that shows it. */
    String authorization() {
        return authorization;
    }

    /** Whether the header shows it, found out in a time that says nothing of how far it was right. */
    boolean isShownBy(@Nullable String header) {
        return header != null && MessageDigest.isEqual(
                header.getBytes(StandardCharsets.UTF_8), authorization.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        return "PeerKey";
    }
}
