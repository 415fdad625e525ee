package dev.chaperone.images;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** What something was made of, so that it is made again only when that changed. */
final class Fingerprint {
    private final MessageDigest digest = sha256();

    Fingerprint add(String text) {
        digest.update(text.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
        return this;
    }

    Fingerprint add(Path file) throws IOException {
        return add(file.getFileName().toString()).add(hex(sha256().digest(Files.readAllBytes(file))));
    }

    /** Whether the file beside something says that it was made of the same. */
    boolean matches(Path file) throws IOException {
        return Files.exists(file) && Files.readString(file).equals(text());
    }

    void write(Path file) throws IOException {
        Files.writeString(file, text());
    }

    private String text() throws IOException {
        try {
            return hex(((MessageDigest) digest.clone()).digest());
        } catch (CloneNotSupportedException e) {
            throw new IOException(e);
        }
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
