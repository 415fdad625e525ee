package dev.chaperone.guardrail.engine;

import dev.chaperone.config.DenialCode;
import dev.chaperone.config.FailurePolicy;
import dev.chaperone.config.RuleConfig;
import dev.chaperone.config.Verdict;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Puts together what policies and lapsed oversight say of one call. */
final class Judgement {
    private static final String LEASE = "OversightLease/";
    private static final String DEFINITION = "ToolDefinition/";

    private record Said(Reason reason, @Nullable String message) {}

    private final boolean onlyAudits;
    private final List<Said> said = new ArrayList<>();
    private @Nullable Verdict counted;
    private @Nullable Verdict would;
    private Verdict narrowed = Verdict.ALLOW;
    private Verdict changed = Verdict.ALLOW;
    private Verdict unknown = Verdict.ALLOW;
    private int ignoredErrors;

    /** @param onlyAudits whether whatever is said of the call does not count */
    Judgement(boolean onlyAudits) {
        this.onlyAudits = onlyAudits;
    }

    /** Adds a policy: its strictest rule, or its default when no rule says anything. */
    void add(ToolPlan.PolicyRules policy, Outcome[] outcomes, boolean counts) {
        String name = policy.policy().config().name();
        Verdict strictest = null;
        for (int i = 0; i < outcomes.length; i++) {
            RuleConfig rule = policy.rules().get(i).config();
            Verdict contribution = contribution(rule, outcomes[i]);
            if (contribution != null) {
                strictest = strictest(strictest, contribution);
                String error = outcomes[i] instanceof Outcome.Failed failed ? failed.kind() : null;
                said.add(new Said(new Reason(name, rule.name(), contribution, counts, error), rule.message()));
            }
        }
        if (strictest == null) {
            strictest = byDefault(policy.policy());
            if (strictest != null) {
                said.add(new Said(new Reason(name, null, strictest, counts, null), null));
            }
        }
        if (strictest != null) {
            would = strictest(would, strictest);
            counted = counts ? strictest(counted, strictest) : counted;
        }
    }

    /** What a rule contributes; null for nothing. The one place that says what an evaluation error means. */
    private @Nullable Verdict contribution(RuleConfig rule, Outcome outcome) {
        return switch (outcome) {
            case Outcome.Match match -> rule.verdict();
            case Outcome.NoMatch none -> null;
            case Outcome.Failed failed -> {
                if (rule.failurePolicy() == FailurePolicy.IGNORE) {
                    ignoredErrors++;
                    yield null;
                }
                yield Verdict.DENY;
            }
        };
    }

    static @Nullable Verdict byDefault(PlannedPolicy policy) {
        return switch (policy.config().defaultVerdict()) {
            case NO_OPINION -> null;
            case ALLOW -> Verdict.ALLOW;
            case DENY -> Verdict.DENY;
        };
    }

    /** Adds a requirement that is not known to hold. It only narrows: it never stands for an opinion. */
    void narrow(ToolPlan.Narrowing narrowing) {
        narrowed = narrowed.strictest(narrowing.verdict());
        said.add(new Said(new Reason(LEASE + narrowing.requirement(), null, narrowing.verdict(), !onlyAudits, null),
                null));
    }

    /** Adds what the tool's definition is seen to be. As a lapse does, it only narrows. */
    void define(ToolPlan.Pin pin, Definitions.State state, ToolCall call) {
        switch (state) {
            case AS_PINNED -> {
            }
            case CHANGED -> {
                changed = pin.onChange();
                defined(call, changed, "definition_changed");
            }
            case UNKNOWN -> {
                unknown = Verdict.DENY;
                defined(call, unknown, "definition_unknown");
            }
        }
    }

    private void defined(ToolCall call, Verdict verdict, String error) {
        said.add(new Said(
                new Reason(DEFINITION + call.server() + "/" + call.tool(), null, verdict, !onlyAudits, error), null));
    }

    Decision decide(String revision) {
        if (counted == null) {
            said.add(new Said(new Reason("", null, Verdict.DENY, !onlyAudits, "no_opinion"), null));
        }
        Verdict byPolicies = (counted == null ? Verdict.DENY : counted).strictest(changed);
        Verdict verdict = onlyAudits ? Verdict.ALLOW : byPolicies.strictest(narrowed).strictest(unknown);
        Verdict wouldVerdict = (would == null ? Verdict.DENY : would)
                .strictest(changed).strictest(narrowed).strictest(unknown);
        return new Decision(
                verdict, code(verdict, byPolicies, narrowed), messages(verdict), reasons(), wouldVerdict, ignoredErrors,
                revision);
    }

    private List<Reason> reasons() {
        List<Reason> reasons = new ArrayList<>(said.size());
        for (Said one : said) {
            reasons.add(one.reason());
        }
        reasons.sort(null);
        return reasons;
    }

    private static @Nullable DenialCode code(Verdict verdict, Verdict byPolicies, Verdict narrowed) {
        return switch (verdict) {
            case ALLOW -> null;
            case REVIEW -> DenialCode.REVIEW_UNAVAILABLE;
            case DENY -> denied(byPolicies, narrowed);
            case END_SESSION -> DenialCode.SESSION_ENDED;
        };
    }

    private static DenialCode denied(Verdict byPolicies, Verdict narrowed) {
        if (byPolicies.compareTo(Verdict.DENY) >= 0) {
            return DenialCode.POLICY_DENIED;
        }
        // What is left is that the definition is not known, and may be when the call is repeated.
        return narrowed.compareTo(Verdict.DENY) >= 0 ? DenialCode.OVERSIGHT_LAPSED : DenialCode.NOT_READY;
    }

    private List<String> messages(Verdict verdict) {
        if (verdict == Verdict.ALLOW) {
            return List.of();
        }
        List<String> messages = new ArrayList<>();
        for (Said one : said) {
            if (one.message() != null && one.reason().counted() && one.reason().verdict() == verdict) {
                messages.add(one.message());
            }
        }
        return messages.stream().distinct().sorted().toList();
    }

    private static Verdict strictest(@Nullable Verdict one, Verdict other) {
        return one == null ? other : one.strictest(other);
    }
}
