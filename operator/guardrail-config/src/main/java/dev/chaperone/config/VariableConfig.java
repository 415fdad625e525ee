package dev.chaperone.config;

import org.jspecify.annotations.Nullable;

/**
 * A named expression of a policy, evaluated at most once a call and only when a rule reads it.
 *
 * @param name read as {@code variables.<name>}
 * @param expression CEL, for people
 * @param program digest of the checked expression in the bundle; null when there is a fault
 * @param fault why there is no program; reading the variable is then an evaluation error
 */
public record VariableConfig(String name, String expression, @Nullable String program, @Nullable String fault) {}
