package dev.chaperone.guardrail.engine;

import java.util.Set;

/**
 * Which oversight requirements are known to hold at this moment.
 *
 * @param heldLeases names of the requirements whose lease runs; every other lease of the config has ended
 */
public record OversightState(Set<String> heldLeases) {
    /** Nothing is known to hold. */
    public static final OversightState NONE = new OversightState(Set.of());

    public OversightState {
        heldLeases = Set.copyOf(heldLeases);
    }
}
