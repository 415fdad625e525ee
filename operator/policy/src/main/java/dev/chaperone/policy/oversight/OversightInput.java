package dev.chaperone.policy.oversight;

import dev.chaperone.api.OversightRules;

/** An oversight policy as it stands. Its schema says all that can be wrong with it, so there is no last good version. */
public record OversightInput(OversightId id, OversightRules spec) {}
