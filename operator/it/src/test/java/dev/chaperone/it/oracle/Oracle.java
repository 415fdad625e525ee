package dev.chaperone.it.oracle;

import dev.chaperone.config.DefaultVerdict;
import dev.chaperone.config.DenialCode;
import dev.chaperone.config.EnforcementMode;
import dev.chaperone.config.FailurePolicy;
import dev.chaperone.config.Stakes;
import dev.chaperone.config.Verdict;
import dev.chaperone.it.oracle.World.Call;
import dev.chaperone.it.oracle.World.Policy;
import dev.chaperone.it.oracle.World.Requirement;
import dev.chaperone.it.oracle.World.Rule;
import dev.chaperone.it.oracle.World.Schema;
import dev.chaperone.it.oracle.World.Selector;
import dev.chaperone.it.oracle.World.Server;
import dev.chaperone.it.oracle.World.Tool;
import dev.chaperone.it.oracle.World.Type;
import dev.chaperone.it.oracle.World.Variable;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The decision semantics once more, written from their text. */
record Oracle(World world) {
    /**
     * @param code null when the call is allowed
     * @param ignored how many rules failed whose policy says to ignore that
     */
    record Answer(Verdict verdict, DenialCode code, Verdict would, int ignored) {
        static Answer refused(DenialCode code) {
            return new Answer(Verdict.DENY, code, Verdict.DENY, 0);
        }
    }

    Answer decide(Call call) {
        if (call.ended()) {
            return Answer.refused(DenialCode.SESSION_ENDED);
        }
        Server server = world.servers().stream()
                .filter(one -> one.namespace().equals(World.NAMESPACE) && one.name().equals(call.server()))
                .findFirst().orElse(null);
        if (server == null) {
            return Answer.refused(DenialCode.UNKNOWN_TOOL);
        }
        Tool tool = new Tool(call.tool(), null, null);
        if (server.tools() != null) {
            tool = server.tools().stream().filter(one -> one.name().equals(call.tool())).findFirst().orElse(null);
        }
        if (tool == null) {
            return Answer.refused(DenialCode.UNKNOWN_TOOL);
        }
        if (tool.schema() != null && !fits(tool.schema(), call.arguments())) {
            return Answer.refused(DenialCode.INVALID_ARGUMENTS);
        }
        return byPolicies(call, tool);
    }

    private Answer byPolicies(Call call, Tool tool) {
        Map<String, Object> roots = Map.of(
                "args", call.arguments(),
                "tool", Map.of("server", call.server(), "name", call.tool(), "stakes",
                        tool.stakes() == Stakes.LOW ? "Low" : "High"),
                "agent", Map.of("namespace", World.NAMESPACE, "name", World.AGENT, "labels", world.agentLabels()));
        List<Verdict> counted = new ArrayList<>();
        List<Verdict> all = new ArrayList<>();
        int[] ignored = {0};
        for (Policy policy : world.policies()) {
            if (!selects(policy)) {
                continue;
            }
            // What was never accepted denies, whatever it says of itself.
            List<Verdict> said = policy.broken() ? List.of(Verdict.DENY) : opinion(policy, call, roots, ignored);
            all.addAll(said);
            if (policy.broken() || enforced(policy, call.session())) {
                counted.addAll(said);
            }
        }
        Verdict verdict = counted.stream().max(Verdict::compareTo).orElse(Verdict.DENY);
        Verdict would = all.stream().max(Verdict::compareTo).orElse(Verdict.DENY);
        return new Answer(verdict, switch (verdict) {
            case ALLOW -> null;
            case REVIEW -> DenialCode.REVIEW_UNAVAILABLE;
            case DENY -> DenialCode.POLICY_DENIED;
            case END_SESSION -> DenialCode.SESSION_ENDED;
        }, would, ignored[0]);
    }

    private static List<Verdict> opinion(
            Policy policy, Call call, Map<String, Object> roots, int[] ignored) {
        List<Verdict> said = new ArrayList<>();
        for (Rule rule : policy.rules()) {
            if (rule.tools().stream().noneMatch(pattern -> isAbout(pattern, call.server(), call.tool()))) {
                continue;
            }
            Object outcome = rule.when() == null
                    ? Boolean.TRUE
                    : evaluator(policy, policy.variables().size(), roots).evaluate(rule.when());
            FailurePolicy failure = Objects.requireNonNullElse(rule.failurePolicy(),
                    Objects.requireNonNullElse(policy.failurePolicy(), FailurePolicy.FAIL));
            if (outcome instanceof Boolean matches) {
                if (matches) {
                    said.add(rule.verdict());
                }
            } else if (failure == FailurePolicy.FAIL) {
                said.add(Verdict.DENY);
            } else {
                ignored[0]++;
            }
        }
        if (said.isEmpty() && policy.defaultVerdict() != null
                && policy.defaultVerdict() != DefaultVerdict.NO_OPINION) {
            said.add(policy.defaultVerdict() == DefaultVerdict.ALLOW ? Verdict.ALLOW : Verdict.DENY);
        }
        return said;
    }

    // A variable is evaluated when it is read, and reads those before it.
    private static Evaluator evaluator(Policy policy, int visible, Map<String, Object> roots) {
        return new Evaluator(roots, name -> {
            for (int i = 0; i < visible; i++) {
                Variable variable = policy.variables().get(i);
                if (variable.name().equals(name)) {
                    return evaluator(policy, i, roots).evaluate(variable.value());
                }
            }
            return Evaluator.ERROR;
        });
    }

    private boolean selects(Policy policy) {
        Map<String, String> namespace = new TreeMap<>(world.namespaceLabels());
        namespace.put("kubernetes.io/metadata.name", World.NAMESPACE);
        boolean here = policy.cluster()
                ? matches(policy.namespaces(), namespace)
                : policy.namespace().equals(World.NAMESPACE);
        return here && matches(policy.agents(), world.agentLabels());
    }

    private static boolean matches(Selector selector, Map<String, String> labels) {
        return selector == null || (labels.entrySet().containsAll(selector.labels().entrySet())
                && selector.expressions().stream().allMatch(requirement -> matches(requirement, labels)));
    }

    private static boolean matches(Requirement requirement, Map<String, String> labels) {
        boolean present = labels.containsKey(requirement.key());
        boolean listed = present && requirement.values().contains(labels.get(requirement.key()));
        return switch (requirement.operator()) {
            case "In" -> listed;
            case "NotIn" -> !listed;
            case "Exists" -> present;
            default -> !present;
        };
    }

    private static boolean enforced(Policy policy, String session) {
        int percent = policy.percent() == null ? 100 : policy.percent();
        return policy.mode() != EnforcementMode.AUDIT && arm(session) < percent;
    }

    /** The session's place among a hundred: the first eight bytes of a hash, as a number. */
    private static int arm(String session) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256")
                    .digest(("chaperone.dev/canary:" + session).getBytes(StandardCharsets.UTF_8));
            return new BigInteger(1, Arrays.copyOf(hash, 8)).mod(BigInteger.valueOf(100)).intValue();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether a tool pattern is about a tool. */
    static boolean isAbout(String pattern, String server, String tool) {
        String all = pattern.equals("*") ? "*/*" : pattern;
        String regex = all.chars().mapToObj(c -> switch (c) {
            case '*' -> "[^/]*";
            case '?' -> "[^/]";
            default -> Pattern.quote(Character.toString(c));
        }).collect(Collectors.joining());
        return (server + "/" + tool).matches(regex);
    }

    private static boolean fits(Schema schema, Map<String, Object> arguments) {
        return arguments.keySet().containsAll(schema.required())
                && (!schema.closed() || schema.members().keySet().containsAll(arguments.keySet()))
                && arguments.entrySet().stream()
                        .allMatch(one -> fits(schema.members().getOrDefault(one.getKey(), Type.ANY), one.getValue()));
    }

    private static boolean fits(Type type, Object value) {
        return switch (type) {
            case ANY -> true;
            case STRING -> value instanceof String;
            case BOOLEAN -> value instanceof Boolean;
            case NUMBER -> value instanceof Number;
            case INTEGER -> value instanceof Number number && number.doubleValue() == Math.rint(number.doubleValue());
            case STRINGS -> value instanceof List<?> list && list.stream().allMatch(String.class::isInstance);
            case OBJECT -> value instanceof Map<?, ?> map && fits(RandomWorld.OBJECT.get("s"), map.get("s"), map, "s")
                    && fits(RandomWorld.OBJECT.get("n"), map.get("n"), map, "n");
        };
    }

    private static boolean fits(Type type, Object value, Map<?, ?> members, String name) {
        return !members.containsKey(name) || fits(type, value);
    }
}
