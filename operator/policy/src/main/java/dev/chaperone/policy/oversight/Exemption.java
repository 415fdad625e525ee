package dev.chaperone.policy.oversight;

import static java.util.Objects.requireNonNullElse;

import dev.chaperone.api.ClusterOversightPolicySpec;
import dev.chaperone.api.OversightRules;
import dev.chaperone.policy.AgentContext;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whose pods an oversight policy keeps from being governed. What the schema refuses exempts nobody, should it have got in
 * all the same: not knowing is no exemption.
 */
public final class Exemption {
    // The ServiceAccount of every pod that names none.
    private static final String DEFAULT = "default";
    private static final int LONGEST = 253;

    private Exemption() {}

    /** Whether the policy exempts anybody anywhere. */
    public static boolean isAsked(@Nullable OversightRules policy) {
        return policy instanceof ClusterOversightPolicySpec cluster && cluster.exemptServiceAccounts() != null;
    }

    /**
     * The names of the ServiceAccounts that it exempts in a namespace.
     *
     * @param labels those of the namespace
     */
    public static List<String> of(@Nullable OversightRules policy, String namespace, Map<String, String> labels) {
        if (!(policy instanceof ClusterOversightPolicySpec cluster) || cluster.exemptServiceAccounts() == null
                || cluster.namespaceSelector() == null
                || !new AgentContext(namespace, "", Map.of(), labels).isSelectedBy(cluster.namespaceSelector(), null)) {
            return List.of();
        }
        return requireNonNullElse(cluster.exemptServiceAccounts(), List.<String>of()).stream()
                .filter(name -> !name.isEmpty() && name.length() <= LONGEST && name.indexOf('/') < 0
                        && !name.equals(DEFAULT))
                .distinct().sorted().toList();
    }
}
