package dev.chaperone.guardrail.proxy;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Names for calls: unlike any other guardrail's or boot's by 64 random bits, and counted from there, because a random
 * number for each call would cost more than the decision.
 */
final class CallIds {
    private static final String BOOT = HexFormat.of().toHexDigits(new SecureRandom().nextLong());
    private static final AtomicLong COUNT = new AtomicLong();

    private CallIds() {}

    static String next() {
        return BOOT + "-" + COUNT.incrementAndGet();
    }
}
