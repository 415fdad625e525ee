package dev.chaperone.policy;

import dev.chaperone.api.ClusterToolPolicySpec;
import dev.chaperone.api.PolicyRules;
import dev.chaperone.api.PolicyRules.Enforcement;
import dev.chaperone.api.PolicyRules.Rule;
import dev.chaperone.api.PolicyRules.Variable;
import dev.chaperone.config.DefaultVerdict;
import dev.chaperone.config.EnforcementMode;
import dev.chaperone.config.FailurePolicy;
import dev.chaperone.config.Verdict;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What a change of a policy may permit that was not permitted before, in sentences. Whether an expression matches less
 * than another cannot be told in general, so any other expression counts.
 */
public final class Loosening {
    private static final int ALL = 100;

    private final PolicyRules before;
    private final PolicyRules after;
    private final List<String> found = new ArrayList<>();

    private Loosening(PolicyRules before, PolicyRules after) {
        this.before = before;
        this.after = after;
    }

    /** In what a policy is looser than it was; empty when it is not. */
    public static List<String> between(PolicyRules before, PolicyRules after) {
        Loosening loosening = new Loosening(before, after);
        loosening.selectors();
        loosening.enforcement();
        loosening.defaults();
        loosening.variables();
        loosening.rules();
        return List.copyOf(loosening.found);
    }

    /** What is permitted once a policy is gone; empty when it forbade nothing. */
    public static List<String> ofDeletion(PolicyRules rules) {
        List<String> lost = new ArrayList<>();
        long restricting = byName(rules).values().stream().filter(Loosening::restricts).count();
        if (restricting > 0) {
            lost.add(restricting == 1 ? "a rule that restricts" : restricting + " rules that restrict");
        }
        if (defaultVerdict(rules) == DefaultVerdict.DENY) {
            lost.add("defaultVerdict: Deny");
        }
        return lost.isEmpty() ? List.of() : List.of("deleting the policy takes away " + String.join(" and ", lost));
    }

    private void selectors() {
        found.addAll(SelectorChanges.ofAgents(before.agentSelector(), after.agentSelector()));
        if (before instanceof ClusterToolPolicySpec old && after instanceof ClusterToolPolicySpec changed) {
            found.addAll(SelectorChanges.ofNamespaces(old.namespaceSelector(), changed.namespaceSelector()));
        }
    }

    private void enforcement() {
        if (mode(before) == EnforcementMode.AUDIT) {
            return;
        }
        if (mode(after) == EnforcementMode.AUDIT) {
            found.add("enforcement.mode goes from Enforce to Audit: the policy blocks nothing any more");
        } else if (percent(after) < percent(before)) {
            found.add("enforcement.percent goes from " + percent(before) + " to " + percent(after)
                    + ": the policy blocks in fewer sessions");
        }
    }

    private void defaults() {
        DefaultVerdict old = defaultVerdict(before);
        DefaultVerdict changed = defaultVerdict(after);
        if (rank(changed) < rank(old)) {
            found.add("defaultVerdict goes from " + word(old) + " to " + word(changed));
        }
        if (failurePolicy(before) == FailurePolicy.FAIL && failurePolicy(after) == FailurePolicy.IGNORE) {
            found.add("failurePolicy goes from Fail to Ignore: rules that cannot be evaluated no longer deny");
        }
    }

    private void variables() {
        Map<String, String> old = new HashMap<>();
        for (Variable variable : Objects.requireNonNullElse(before.variables(), List.<Variable>of())) {
            old.put(variable.name(), variable.expression());
        }
        for (Variable variable : Objects.requireNonNullElse(after.variables(), List.<Variable>of())) {
            String expression = old.get(variable.name());
            if (expression != null && !expression.equals(variable.expression())) {
                found.add("variable " + variable.name() + " changes: rules that read it may match other calls");
            }
        }
    }

    private void rules() {
        Map<String, Rule> old = byName(before);
        Map<String, Rule> changed = byName(after);
        old.forEach((name, rule) -> {
            Rule now = changed.get(name);
            if (now != null) {
                rule(name, rule, now);
            } else if (restricts(rule)) {
                found.add("rule " + name + " (" + rule.verdict().wireName() + ") is removed");
            }
        });
        changed.forEach((name, rule) -> {
            if (!old.containsKey(name) && !restricts(rule)) {
                found.add("rule " + name + " is new and allows calls");
            }
        });
    }

    private void rule(String name, Rule old, Rule now) {
        if (now.verdict().compareTo(old.verdict()) < 0) {
            found.add("rule " + name + " goes from " + old.verdict().wireName() + " to " + now.verdict().wireName());
        }
        boolean own = failurePolicy(before) == failurePolicy(after) || now.failurePolicy() != null;
        if (own && failurePolicy(before, old) == FailurePolicy.FAIL
                && failurePolicy(after, now) == FailurePolicy.IGNORE) {
            found.add("rule " + name + " no longer denies when it cannot be evaluated");
        }
        if (restricts(now)) {
            if (now.when() != null && !now.when().equals(old.when())) {
                found.add(
                        "rule " + name + " (" + now.verdict().wireName()
                                + ") may match fewer calls: its condition changes");
            }
            if (!new HashSet<>(now.tools()).containsAll(old.tools())) {
                found.add("rule " + name + " (" + now.verdict().wireName() + ") is about fewer tools");
            }
        } else {
            if (old.when() != null && !old.when().equals(now.when())) {
                found.add("rule " + name + " may allow more calls: its condition changes");
            }
            if (!new HashSet<>(old.tools()).containsAll(now.tools())) {
                found.add("rule " + name + " allows more tools");
            }
        }
    }

    private static Map<String, Rule> byName(PolicyRules policy) {
        Map<String, Rule> rules = new LinkedHashMap<>();
        Objects.requireNonNullElse(policy.rules(), List.<Rule>of()).forEach(rule -> rules.put(rule.name(), rule));
        return rules;
    }

    private static boolean restricts(Rule rule) {
        return rule.verdict() != Verdict.ALLOW;
    }

    private static EnforcementMode mode(PolicyRules policy) {
        Enforcement enforcement = policy.enforcement();
        return enforcement == null || enforcement.mode() == null ? EnforcementMode.ENFORCE : enforcement.mode();
    }

    private static int percent(PolicyRules policy) {
        Enforcement enforcement = policy.enforcement();
        return enforcement == null || enforcement.percent() == null ? ALL : enforcement.percent();
    }

    private static DefaultVerdict defaultVerdict(PolicyRules policy) {
        return Objects.requireNonNullElse(policy.defaultVerdict(), DefaultVerdict.NO_OPINION);
    }

    private static FailurePolicy failurePolicy(PolicyRules policy) {
        return Objects.requireNonNullElse(policy.failurePolicy(), FailurePolicy.FAIL);
    }

    private static FailurePolicy failurePolicy(PolicyRules policy, Rule rule) {
        return Objects.requireNonNullElse(rule.failurePolicy(), failurePolicy(policy));
    }

    private static int rank(DefaultVerdict verdict) {
        return switch (verdict) {
            case ALLOW -> 0;
            case NO_OPINION -> 1;
            case DENY -> 2;
        };
    }

    private static String word(DefaultVerdict verdict) {
        return switch (verdict) {
            case ALLOW -> "Allow";
            case NO_OPINION -> "NoOpinion";
            case DENY -> "Deny";
        };
    }
}
