package dev.chaperone.operator.certificates;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;

/**
 * A certificate and its private key.
 *
 * @param key belongs to the certificate
 * @param certificate what others are shown
 */
record KeyAndCertificate(PrivateKey key, X509Certificate certificate) {
    // Of its life, so that two thirds pass before it is replaced and a third is left to notice that it was not.
    private static final int RENEWED_AFTER_NUMERATOR = 2;
    private static final int RENEWED_AFTER_DENOMINATOR = 3;

    /** Whether it is time for another. */
    boolean isDue(Instant now) {
        Instant begins = certificate.getNotBefore().toInstant();
        Duration life = Duration.between(begins, certificate.getNotAfter().toInstant());
        return !now.isBefore(
                begins.plus(life.multipliedBy(RENEWED_AFTER_NUMERATOR).dividedBy(RENEWED_AFTER_DENOMINATOR)));
    }

    boolean isExpired(Instant now) {
        return !now.isBefore(certificate.getNotAfter().toInstant());
    }
}
