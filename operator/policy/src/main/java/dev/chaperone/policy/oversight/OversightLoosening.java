package dev.chaperone.policy.oversight;

import dev.chaperone.api.ClusterOversightPolicySpec;
import dev.chaperone.api.OversightRules;
import dev.chaperone.config.EnforcementMode;
import dev.chaperone.config.OversightLease.Narrowing;
import dev.chaperone.policy.SelectorChanges;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a change of an oversight policy no longer asks for, in sentences. */
public final class OversightLoosening {
    private static final OversightId ANY = new OversightId(null, "");

    private final OversightRules before;
    private final OversightRules after;
    private final List<String> found = new ArrayList<>();

    private OversightLoosening(OversightRules before, OversightRules after) {
        this.before = before;
        this.after = after;
    }

    /** In what a policy is looser than it was; empty when it is not. Both are as their schema wants them. */
    public static List<String> between(OversightRules before, OversightRules after) {
        OversightLoosening loosening = new OversightLoosening(before, after);
        loosening.selectors();
        loosening.posture();
        loosening.requirements();
        return List.copyOf(loosening.found);
    }

    /** What a new policy permits that was not permitted without it; empty when it only asks for more. */
    public static List<String> ofCreation(OversightRules rules) {
        return posture(rules) == EnforcementMode.AUDIT
                ? List.of("posture: Audit: verdicts do not count for the selected agents, unless another policy says"
                        + " Enforce of them")
                : List.of();
    }

    /** What nobody asks for once a policy is gone; empty when it asked for nothing. */
    public static List<String> ofDeletion(OversightRules rules) {
        List<String> lost = new ArrayList<>(requirements(rules).keySet());
        if (posture(rules) == EnforcementMode.ENFORCE) {
            lost.add("posture: Enforce");
        }
        return lost.isEmpty() ? List.of() : List.of("deleting the policy takes away " + String.join(", ", lost));
    }

    private void selectors() {
        found.addAll(SelectorChanges.ofAgents(before.agentSelector(), after.agentSelector()));
        if (before instanceof ClusterOversightPolicySpec old && after instanceof ClusterOversightPolicySpec changed) {
            found.addAll(SelectorChanges.ofNamespaces(old.namespaceSelector(), changed.namespaceSelector()));
        }
    }

    private void posture() {
        EnforcementMode old = posture(before);
        EnforcementMode changed = posture(after);
        if (changed == EnforcementMode.AUDIT && old != EnforcementMode.AUDIT) {
            found.addAll(ofCreation(after));
        } else if (changed == null && old == EnforcementMode.ENFORCE) {
            found.add("posture: Enforce is removed: another policy may say Audit of these agents");
        }
    }

    private static @Nullable EnforcementMode posture(OversightRules rules) {
        return rules instanceof ClusterOversightPolicySpec cluster ? cluster.posture() : null;
    }

    private void requirements() {
        Map<String, Requirement> changed = requirements(after);
        requirements(before).forEach((name, old) -> {
            Requirement now = changed.get(name);
            if (now == null) {
                found.add(name + " is no longer required");
            } else {
                requirement(name, old, now);
            }
        });
    }

    private void requirement(String name, Requirement old, Requirement now) {
        if (!RequirementMerge.strictest(old.terms(), now.terms()).equals(now.terms())) {
            found.add(name + " asks for less than it did, or for something else");
        }
        if (RequirementMerge.acts(old) && now.grace().compareTo(old.grace()) > 0) {
            found.add(name + " lapses for " + text(now.grace()) + " instead of " + text(old.grace())
                    + " before anything narrows");
        }
        for (Narrowing narrowing : old.narrowings()) {
            if (!now.narrowings().contains(narrowing)) {
                found.add(name + " no longer narrows: " + narrowing.verdict().wireName() + " "
                        + String.join(", ", narrowing.tools())
                        + (narrowing.stakes() == null ? "" : " of " + narrowing.stakes().wireName() + " stakes"));
            }
        }
        if (old.evicts() && !now.evicts()) {
            found.add(name + " no longer evicts");
        }
    }

    private static Map<String, Requirement> requirements(OversightRules rules) {
        RequirementMerge merge = new RequirementMerge();
        merge.add(new OversightInput(ANY, rules));
        return merge.requirements().stream().collect(Collectors.toMap(
                Requirement::name, Function.identity(), (one, _) -> one, LinkedHashMap::new));
    }

    private static String text(Duration duration) {
        return duration.toString().substring(2).toLowerCase(Locale.ROOT);
    }
}
