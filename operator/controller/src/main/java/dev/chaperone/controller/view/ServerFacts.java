package dev.chaperone.controller.view;

import dev.chaperone.api.ServerDescription;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of a tool server.
 *
 * @param namespace null for the cluster kind
 * @param spec null when it has none
 */
public record ServerFacts(
        @Nullable String namespace, String name, String uid, long generation, @Nullable ServerDescription spec) {}
