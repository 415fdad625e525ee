package dev.chaperone.admission.validate;

import dev.chaperone.api.ClusterToolPolicy;
import dev.chaperone.api.ToolPolicy;
import dev.chaperone.policy.Issue;
import dev.chaperone.policy.PolicyCompiler;
import dev.chaperone.policy.PolicyInput;
import dev.chaperone.policy.Sourced;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Asks the compiler what a change would mean, among everything else that is there. */
final class PolicyCheck {
    /**
     * @param own what is to be said of the object itself
     * @param elsewhere what the change would break of others, which stay accepted all the same
     */
    record Findings(List<Issue> own, List<Issue> elsewhere) {}

    private final PolicyCompiler compiler;
    private final Supplier<PolicyWorld> world;

    PolicyCheck(PolicyCompiler compiler, Supplier<PolicyWorld> world) {
        this.compiler = compiler;
        this.world = world;
    }

    /** A policy, against the tool servers that there are. */
    List<Issue> policy(HasMetadata policy) {
        return about(policy, compiler.check(List.of(input(policy)), world.get().servers()));
    }

    /**
     * A tool server that takes the place of another, with the policies that there are.
     *
     * @param before null for a new one
     * @param after null for one that is deleted
     */
    Findings server(@Nullable HasMetadata before, @Nullable HasMetadata after) {
        PolicyWorld now = world.get();
        List<Issue> old = compiler.check(
                now.policies(),
                before == null
                        ? now.servers().without(Objects.requireNonNull(after))
                        : now.servers().with(before));
        List<Issue> changed = compiler.check(
                now.policies(),
                after == null
                        ? now.servers().without(Objects.requireNonNull(before))
                        : now.servers().with(after));
        Set<Issue> elsewhere = new LinkedHashSet<>(changed);
        List<Issue> own = after == null ? List.of() : about(after, changed);
        elsewhere.removeAll(own);
        // A world that has the change already, or something else that is broken, is not this change's doing.
        old.forEach(elsewhere::remove);
        return new Findings(own, List.copyOf(elsewhere));
    }

    private static List<Issue> about(HasMetadata object, List<Issue> issues) {
        String resource = resource(object);
        return issues.stream().filter(issue -> issue.resource().equals(resource)).toList();
    }

    /** How issues name an object. */
    static String resource(HasMetadata object) {
        String namespace = object.getMetadata().getNamespace();
        return object.getKind() + " " + (namespace == null ? "" : namespace + "/") + object.getMetadata().getName();
    }

    private static PolicyInput input(HasMetadata policy) {
        return policy instanceof ToolPolicy own
                ? PolicyInput.of(Sourced.of(own))
                : PolicyInput.ofCluster(Sourced.of((ClusterToolPolicy) policy));
    }
}
