package dev.chaperone.policy;

import dev.chaperone.api.ClusterOversightPolicySpec;
import dev.chaperone.api.OversightRules;
import dev.chaperone.api.OversightRules.Destination;
import dev.chaperone.api.OversightRules.Egress;
import io.fabric8.kubernetes.api.model.LabelSelector;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Checks what the schema of oversight policies cannot say: that something can have the labels that they select by. */
public final class OversightShape {
    private OversightShape() {}

    /** @param resource names the policy in what is found */
    public static List<Issue> check(String resource, OversightRules policy, Source source) {
        IssueSink sink = new IssueSink(resource, source);
        if (policy instanceof ClusterOversightPolicySpec cluster) {
            Selectors.check(cluster.namespaceSelector(), "spec.namespaceSelector", sink);
        }
        Selectors.check(policy.agentSelector(), "spec.agentSelector", sink);
        Egress egress = policy.egress();
        if (egress != null) {
            List<Destination> allowed = Objects.requireNonNullElse(egress.allow(), List.of());
            for (int i = 0; i < allowed.size(); i++) {
                String path = "spec.egress.allow[" + i + "]";
                Selectors.check(allowed.get(i).namespaceSelector(), path + ".namespaceSelector", sink);
                Selectors.check(allowed.get(i).podSelector(), path + ".podSelector", sink);
            }
        }
        return sink.issues();
    }

    /** Whether something can have the labels that a selector selects by. */
    public static boolean isPossible(@Nullable LabelSelector selector) {
        IssueSink sink = new IssueSink("", Source.NONE);
        Selectors.check(selector, "", sink);
        return !sink.hasErrors();
    }
}
