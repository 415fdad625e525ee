package dev.chaperone.policy;

import dev.chaperone.config.DefaultVerdict;
import dev.chaperone.config.EnforcementMode;
import dev.chaperone.config.PolicyConfig;
import dev.chaperone.policy.cel.Program;
import java.util.List;

/**
 * A policy for one set of tool servers.
 *
 * @param config how it stands in a config
 * @param programs what its expressions became
 * @param issues what is to be said of it
 */
record LinkedPolicy(PolicyConfig config, List<Program> programs, List<Issue> issues) {
    /** A policy that has no version to go by: it denies every call. */
    static LinkedPolicy denying(PolicyId id, List<Issue> issues) {
        PolicyConfig config = new PolicyConfig(
                id.toString(), EnforcementMode.ENFORCE, 100, DefaultVerdict.DENY, List.of(), List.of());
        return new LinkedPolicy(config, List.of(), issues);
    }

    boolean compiles() {
        return issues.stream().noneMatch(Issue::isError);
    }
}
