package dev.chaperone.controller.channel;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** What replicas of one operator know one another by: derived from a secret that all of them, and only they, read. */
public final class PeerKey {
    private static final String LABEL = "chaperone.dev channel peer 1";

    private final String authorization;

    private PeerKey(String authorization) {
        this.authorization = authorization;
    }

    /** @param secret of at least 16 bytes, such as the encoded private key of the certificate authority */
    public static PeerKey of(byte[] secret) {
        return new PeerKey("Bearer " + HexFormat.of().formatHex(DerivedKey.derive(secret, LABEL)));
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
