package dev.chaperone.controller.census;

import dev.chaperone.api.Standing;

/**
 * How a pod stands.
 *
 * @param reason why, for people; says the same for as long as the same is wrong
 */
public record PodStanding(Standing standing, String reason) {
    static final PodStanding GUARDED = new PodStanding(Standing.GUARDED, "");
}
