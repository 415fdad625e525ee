package dev.chaperone.controller.evidence;

import dev.chaperone.config.audit.ChainPosition;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the trail of one boot.
 *
 * @param position how far it was acknowledged
 * @param breaks how often it was found not to follow itself up to there
 */
public record KnownTrail(ChainPosition position, long breaks) {
    /** Nothing. */
    public static KnownTrail before(String boot) {
        return new KnownTrail(ChainPosition.before(boot), 0);
    }

    /** The number of the last line that was acknowledged; -1 when there is none. */
    public long sequence() {
        return position.sequence();
    }

    /** What is known of the same boot when this and that are. */
    KnownTrail with(@Nullable KnownTrail other) {
        if (other == null) {
            return this;
        }
        return new KnownTrail(
                other.sequence() > sequence() ? other.position : position, Math.max(breaks, other.breaks));
    }
}
