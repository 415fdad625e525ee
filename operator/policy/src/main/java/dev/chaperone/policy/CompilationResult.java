package dev.chaperone.policy;

import dev.chaperone.api.GuardrailConfig;
import dev.chaperone.config.Bundle;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A config and what is to be said of what it was made from. There always is a config: what cannot be compiled denies.
 *
 * @param issues in a fixed order; of the agent's tool servers and of the policies that select it, or may
 * @param config the config as a resource, of the agent's namespace and name
 * @param bundle the config with its programs
 * @param accepted the policies among those that select the agent whose current spec is the one that is linked
 */
public record CompilationResult(
        List<Issue> issues, GuardrailConfig config, Bundle bundle, SortedSet<PolicyId> accepted) {
    public CompilationResult {
        issues = List.copyOf(issues);
        accepted = Collections.unmodifiableSortedSet(new TreeSet<>(accepted));
    }

    /** Whether some issue is an error. */
    public boolean hasErrors() {
        return issues.stream().anyMatch(Issue::isError);
    }
}
