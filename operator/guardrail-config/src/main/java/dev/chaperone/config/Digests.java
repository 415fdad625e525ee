package dev.chaperone.config;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Content addresses: {@code sha256:} and 64 hexadecimal digits. */
public final class Digests {
    // Cloned, because asking the platform's providers each time costs more than a short digest.
    private static final MessageDigest SHA256 = provided();

    private Digests() {}

    /** The address of these bytes. */
    public static String of(byte[] bytes) {
        return "sha256:" + HexFormat.of().formatHex(sha256().digest(bytes));
    }

    /** A fresh SHA-256. */
    public static MessageDigest sha256() {
        try {
            return (MessageDigest) SHA256.clone();
        } catch (CloneNotSupportedException e) {
            // A provider that keeps its state elsewhere, such as in a hardware module.
            return provided();
        }
    }

    private static MessageDigest provided() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
