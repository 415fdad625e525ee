package dev.chaperone.it.oracle;

import dev.chaperone.config.DefaultVerdict;
import dev.chaperone.config.EnforcementMode;
import dev.chaperone.config.FailurePolicy;
import dev.chaperone.config.Stakes;
import dev.chaperone.config.Verdict;
import java.util.List;
import java.util.Map;

/**
 * Policies, tool servers and an agent, as both sides of the comparison take them.
 *
 * @param agentLabels the labels of the agent {@code dev/coder}
 * @param namespaceLabels the labels of its namespace, besides its name
 */
record World(
        Map<String, String> agentLabels,
        Map<String, String> namespaceLabels,
        List<Server> servers,
        List<Policy> policies) {
    static final String NAMESPACE = "dev";
    static final String AGENT = "coder";

    /** What a schema says of a member; {@code ANY} says nothing. */
    enum Type {
        STRING, INTEGER, NUMBER, BOOLEAN, STRINGS, OBJECT, ANY
    }

    /** @param tools null when any name is taken */
    record Server(String namespace, String name, List<Tool> tools) {}

    /**
     * @param stakes null when nothing is said
     * @param schema null when nothing is known of the arguments
     */
    record Tool(String name, Stakes stakes, Schema schema) {}

    record Schema(Map<String, Type> members, List<String> required, boolean closed) {}

    /**
     * @param cluster whether it is a cluster policy, which has no namespace
     * @param broken whether an expression of it cannot be compiled
     */
    record Policy(
            boolean cluster,
            String namespace,
            String name,
            Selector namespaces,
            Selector agents,
            EnforcementMode mode,
            Integer percent,
            DefaultVerdict defaultVerdict,
            FailurePolicy failurePolicy,
            List<Variable> variables,
            List<Rule> rules,
            boolean broken) {
        Policy named(String newName) {
            return new Policy(cluster, namespace, newName, namespaces, agents, mode, percent, defaultVerdict,
                    failurePolicy, variables, rules, broken);
        }

        Policy withRules(List<Rule> newRules) {
            return new Policy(cluster, namespace, name, namespaces, agents, mode, percent, defaultVerdict,
                    failurePolicy, variables, newRules, broken);
        }

        Policy withDefault(DefaultVerdict newDefault) {
            return new Policy(cluster, namespace, name, namespaces, agents, mode, percent, newDefault,
                    failurePolicy, variables, rules, broken);
        }
    }

    /** @param expressions requirements beyond equal labels */
    record Selector(Map<String, String> labels, List<Requirement> expressions) {}

    record Requirement(String key, String operator, List<String> values) {}

    record Variable(String name, Expr value) {}

    /** @param when null when the rule is about every call of its tools */
    record Rule(
            String name, List<String> tools, Expr when, Verdict verdict, FailurePolicy failurePolicy, String message) {
        Rule named(String newName) {
            return new Rule(newName, tools, when, verdict, failurePolicy, message);
        }
    }

    /**
     * @param arguments what they mean
     * @param body what they are written as
     * @param readable whether the body has one meaning only
     */
    record Call(
            String server,
            String tool,
            Map<String, Object> arguments,
            String body,
            boolean readable,
            String session,
            boolean ended) {}

    World withPolicies(List<Policy> others) {
        return new World(agentLabels, namespaceLabels, servers, others);
    }
}
