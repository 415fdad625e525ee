package dev.chaperone.controller.oversight;

import dev.chaperone.policy.oversight.Requirement;
import dev.chaperone.policy.oversight.Terms;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** For how long a requirement may be counted on by a guardrail that has just been heard. */
final class Grants {
    /** How long a guardrail need not hear anything: three heartbeats. */
    static final Duration SILENCE = Duration.ofSeconds(30);

    private Grants() {}

    /**
     * @param lackingSince when the requirement began to lack; null while it is in force
     * @return empty when it does not hold any more
     */
    static Optional<Duration> length(Requirement requirement, @Nullable Instant lackingSince, Instant now) {
        if (lackingSince == null) {
            Duration silence = requirement.terms() instanceof Terms.Heartbeat heartbeat ? heartbeat.maxAge() : SILENCE;
            return Optional.of(silence.plus(requirement.grace()));
        }
        Duration left = Duration.between(now, lackingSince.plus(requirement.grace()));
        return left.isPositive() ? Optional.of(left) : Optional.empty();
    }
}
