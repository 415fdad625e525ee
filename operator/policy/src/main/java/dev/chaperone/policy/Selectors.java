package dev.chaperone.policy;

import dev.chaperone.api.ClusterToolPolicySpec;
import dev.chaperone.api.PolicyRules;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Whom policies are for, by the rules of Kubernetes' label selectors. */
final class Selectors {
    private static final List<String> OPERATORS = List.of("In", "NotIn", "Exists", "DoesNotExist");

    /** Whether a policy is for an agent. */
    enum Selection {
        YES,
        NO,
        /** The selector cannot be read. */
        UNKNOWN
    }

    private Selectors() {}

    /** Whether a policy of the agent's namespace, or of the cluster, is for the agent. */
    static Selection of(PolicyRules policy, AgentContext agent) {
        IssueSink sink = new IssueSink("", Source.NONE);
        check(policy, sink);
        if (sink.hasErrors()) {
            return Selection.UNKNOWN;
        }
        boolean namespace = !(policy instanceof ClusterToolPolicySpec cluster)
                || matches(cluster.namespaceSelector(), agent.namespaceLabels());
        return namespace && matches(policy.agentSelector(), agent.labels()) ? Selection.YES : Selection.NO;
    }

    /** Whether the agents of a namespace may use a shared server; not while that cannot be told. */
    static boolean sharedWith(DeclaredServer server, Map<String, String> namespaceLabels) {
        IssueSink sink = new IssueSink("", Source.NONE);
        checkShared(server.sharedWith(), sink);
        return !sink.hasErrors() && matches(server.sharedWith(), namespaceLabels);
    }

    static void checkShared(@Nullable LabelSelector selector, IssueSink sink) {
        if (selector == null) {
            sink.error("spec.namespaceSelector", "it is not said who may use the server",
                    "write {} for every namespace");
        }
        check(selector, "spec.namespaceSelector", sink);
    }

    static void check(PolicyRules policy, IssueSink sink) {
        if (policy instanceof ClusterToolPolicySpec cluster) {
            check(cluster.namespaceSelector(), "spec.namespaceSelector", sink);
        }
        check(policy.agentSelector(), "spec.agentSelector", sink);
    }

    static void check(@Nullable LabelSelector selector, String path, IssueSink sink) {
        exact(selector).forEach((key, value) -> {
            String at = Paths.field(path + ".matchLabels", key);
            checkKey(key, at, sink);
            checkValue(Objects.requireNonNullElse(value, ""), at, sink);
        });
        List<LabelSelectorRequirement> requirements = requirements(selector);
        for (int i = 0; i < requirements.size(); i++) {
            check(requirements.get(i), path + ".matchExpressions[" + i + "]", sink);
        }
    }

    private static void check(LabelSelectorRequirement requirement, String path, IssueSink sink) {
        String operator = requirement.getOperator();
        checkKey(Objects.requireNonNullElse(requirement.getKey(), ""), path + ".key", sink);
        if (operator == null || !OPERATORS.contains(operator)) {
            sink.error(
                    path + ".operator", "'" + operator + "' is no operator of selectors",
                    "write In, NotIn, Exists or DoesNotExist");
            return;
        }
        boolean takesValues = operator.equals("In") || operator.equals("NotIn");
        boolean hasValues = requirement.getValues() != null && !requirement.getValues().isEmpty();
        if (takesValues && !hasValues) {
            sink.error(path + ".values", operator + " needs values", "list at least one value");
        } else if (!takesValues && hasValues) {
            sink.error(path + ".values", operator + " takes no values", "remove the values");
        }
        if (takesValues && hasValues) {
            for (int i = 0; i < requirement.getValues().size(); i++) {
                checkValue(
                        Objects.requireNonNullElse(requirement.getValues().get(i), ""), path + ".values[" + i + "]",
                        sink);
            }
        }
    }

    // No object can have such a label: a rule that selects by it would be for nobody, and nobody would notice.
    private static void checkKey(String key, String path, IssueSink sink) {
        if (key.isEmpty()) {
            sink.error(path, "the key is missing", "write the name of a label");
            return;
        }
        String problem = LabelSyntax.problemOfKey(key);
        if (problem != null) {
            sink.error(path, "'" + key + "' is no key of a label: " + problem,
                    "write for example app or team.dev/name");
        }
    }

    private static void checkValue(String value, String path, IssueSink sink) {
        String problem = LabelSyntax.problemOfValue(value);
        if (problem != null) {
            sink.error(
                    path, "'" + value + "' is no value of a label: " + problem,
                    "write it as it stands in metadata.labels");
        }
    }

    static boolean matches(@Nullable LabelSelector selector, Map<String, String> labels) {
        if (selector == null) {
            return true;
        }
        return exact(selector).entrySet()
                .stream()
                .allMatch(label -> Objects.requireNonNullElse(label.getValue(), "").equals(labels.get(label.getKey())))
                && requirements(selector).stream().allMatch(requirement -> matches(requirement, labels));
    }

    private static boolean matches(LabelSelectorRequirement requirement, Map<String, String> labels) {
        String value = labels.get(requirement.getKey());
        return switch (requirement.getOperator()) {
            case "In" -> value != null && requirement.getValues().contains(value);
            case "NotIn" -> value == null || !requirement.getValues().contains(value);
            case "Exists" -> value != null;
            case "DoesNotExist" -> value == null;
            default -> throw new IllegalArgumentException(requirement.getOperator());
        };
    }

    private static Map<String, String> exact(@Nullable LabelSelector selector) {
        return selector == null ? Map.of() : Objects.requireNonNullElse(selector.getMatchLabels(), Map.of());
    }

    private static List<LabelSelectorRequirement> requirements(@Nullable LabelSelector selector) {
        return selector == null || selector.getMatchExpressions() == null
                ? List.of()
                : selector.getMatchExpressions();
    }
}
