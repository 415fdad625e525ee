package dev.chaperone.controller.channel;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Codes by HMAC-SHA256. */
final class DerivedKey {
    private static final String ALGORITHM = "HmacSHA256";
    private static final int LEAST_BYTES = 16;

    private final SecretKeySpec key;

    private DerivedKey(byte[] key) {
        this.key = new SecretKeySpec(key, ALGORITHM);
    }

    /**
     * A key that says nothing of the secret, nor of keys under other labels.
     *
     * @param label what it is for
     */
    static byte[] derive(byte[] secret, String label) {
        if (secret.length < LEAST_BYTES) {
            throw new IllegalArgumentException("a secret of " + secret.length + " bytes can be guessed");
        }
        return new DerivedKey(secret).code(label);
    }

    static DerivedKey of(byte[] secret, String label) {
        return new DerivedKey(derive(secret, label));
    }

    byte[] code(String text) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
        }
    }
}
