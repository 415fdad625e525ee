package dev.chaperone.guardrail.engine;

import dev.chaperone.config.Digests;
import dev.chaperone.config.EnforcementMode;
import dev.chaperone.config.PolicyConfig;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/**
 * Which arm of a canary a session is in. The arm depends on the session alone, never on a policy's name, so that
 * policies at the same percentage are enforced together and renaming one changes no verdict.
 */
final class Canary {
    private static final int BUCKETS = 100;

    private final String sessionId;
    private final boolean enforcesAny;
    private int bucket = -1;

    /** @param onlyAudits whether nothing is enforced for this agent */
    Canary(String sessionId, boolean onlyAudits) {
        this.sessionId = sessionId;
        this.enforcesAny = !onlyAudits;
    }

    boolean enforces(PolicyConfig policy) {
        if (!enforcesAny || policy.mode() != EnforcementMode.ENFORCE || policy.percent() <= 0) {
            return false;
        }
        return policy.percent() >= BUCKETS || bucket() < policy.percent();
    }

    private int bucket() {
        if (bucket < 0) {
            bucket = bucket(sessionId);
        }
        return bucket;
    }

    static int bucket(String sessionId) {
        MessageDigest sha256 = Digests.sha256();
        byte[] digest = sha256.digest(("chaperone.dev/canary:" + sessionId).getBytes(StandardCharsets.UTF_8));
        return (int) Long.remainderUnsigned(ByteBuffer.wrap(digest).getLong(), BUCKETS);
    }
}
