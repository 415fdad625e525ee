package dev.chaperone.guardrail.engine;

import dev.chaperone.config.Bundle;
import dev.chaperone.config.BundleException;
import dev.chaperone.config.DenialCode;
import dev.chaperone.config.GuardrailConfigSpec;
import dev.chaperone.config.PolicyConfig;
import dev.chaperone.config.Verdict;
import dev.chaperone.guardrail.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Decides tool calls under one config. Immutable, thread-safe and without side effects. */
public final class Engine {
    private final GuardrailConfigSpec config;
    private final ToolIndex tools;
    private final Fields agent;

    private Engine(GuardrailConfigSpec config, ToolIndex tools) {
        this.config = config;
        this.tools = tools;
        this.agent = new Fields("namespace", config.agent().namespace(), "name", config.agent().name(), "labels",
                JsonObject.copyOf(config.agent().labels()));
    }

    /**
     * Links a bundle.
     *
     * @throws BundleException when a program is missing, broken or needs a function that this guardrail lacks, or when a
     *     pattern or schema cannot be read
     */
    public static Engine load(Bundle bundle) throws BundleException {
        ProgramLoader programs = new ProgramLoader(bundle);
        List<PlannedPolicy> policies = new ArrayList<>();
        for (PolicyConfig policy : bundle.config().policies()) {
            policies.add(PlannedPolicy.of(policy, programs));
        }
        return new Engine(bundle.config(), new ToolIndex(bundle.config(), List.copyOf(policies)));
    }

    /** The config that this engine decides by. */
    public GuardrailConfigSpec config() {
        return config;
    }

    /** Decides a call of whose tool nothing was seen. */
    public Decision decide(OversightState oversight, SessionState session, ToolCall call) {
        return decide(oversight, session, call, Definitions.UNSEEN);
    }

    /**
     * Decides a call. Never throws: whatever fails inside is a denial with {@link DenialCode#INTERNAL_ERROR}.
     *
     * @param definitions of the server that is called
     */
    public Decision decide(
            OversightState oversight, SessionState session, ToolCall call, Definitions definitions) {
        return decide(oversight, session, call, definitions, Work.fresh());
    }

    Decision decide(OversightState oversight, SessionState session, ToolCall call, Work work) {
        return decide(oversight, session, call, Definitions.UNSEEN, work);
    }

    private Decision decide(
            OversightState oversight, SessionState session, ToolCall call, Definitions definitions, Work work) {
        try {
            return decideOrThrow(oversight, session, call, definitions, work);
        } catch (Throwable e) {
            // Stack overflow and lack of memory too: there is no failure that lets a call pass.
            return denied(DenialCode.INTERNAL_ERROR, "internal_error " + e.getClass().getSimpleName());
        }
    }

    private Decision decideOrThrow(
            OversightState oversight, SessionState session, ToolCall call, Definitions definitions, Work work) {
        if (hasEnded(session)) {
            return denied(DenialCode.SESSION_ENDED, "session_ended");
        }
        ToolPlan plan = tools.find(call.server(), call.tool());
        if (plan == null) {
            return denied(DenialCode.UNKNOWN_TOOL, "unknown_tool");
        }
        Conformance.Result arguments = Conformance.check(plan.schema(), call.arguments());
        if (arguments.value() == null) {
            return denied(DenialCode.INVALID_ARGUMENTS, "invalid_arguments " + arguments.pointer());
        }
        var evaluator = new RuleEvaluator(
                new CallActivation(agent, plan.tool(), arguments.value(), session, call));
        var canary = canary(session);
        var judgement = new Judgement(config.onlyAudits());
        judge(plan, evaluator, canary, true, work, judgement);
        judge(plan, evaluator, canary, false, work, judgement);
        for (ToolPlan.Narrowing narrowing : plan.narrowings()) {
            if (!oversight.heldLeases().contains(narrowing.requirement())) {
                judgement.narrow(narrowing);
            }
        }
        if (plan.pin() != null) {
            judgement.define(plan.pin(), definitions.state(call.tool(), plan.pin().definition()), call);
        }
        return judgement.decide(config.revision());
    }

    private static void judge(
            ToolPlan plan,
            RuleEvaluator evaluator,
            Canary canary,
            boolean counted,
            Work work,
            Judgement judgement) {
        List<ToolPlan.PolicyRules> policies = new ArrayList<>(plan.policies().size());
        for (ToolPlan.PolicyRules policy : plan.policies()) {
            if (canary.enforces(policy.policy().config()) == counted) {
                policies.add(policy);
            }
        }
        List<Outcome[]> outcomes = evaluator.evaluate(policies, work.of(counted));
        for (int i = 0; i < policies.size(); i++) {
            judgement.add(policies.get(i), outcomes.get(i), counted);
        }
    }

    // Comes before every policy, so it holds where policies only audit as well.
    private Decision denied(DenialCode code, String error) {
        return new Decision(Verdict.DENY, code, List.of(),
                List.of(new Reason("", null, Verdict.DENY, true, error.strip())), Verdict.DENY, 0, config.revision());
    }

    /**
     * Whether a tool is shown to the agent: unless it would be denied whatever its arguments. Says yes when in doubt,
     * which costs nothing: the call is decided again when it comes. A tool of another definition than the pinned one is
     * not shown even where its calls are held for review: the definition is for the agent to read, and nobody reviewed it.
     *
     * @param definitions of the server
     */
    public boolean listed(
            OversightState oversight, SessionState session, String server, String tool, Definitions definitions) {
        if (hasEnded(session)) {
            return false;
        }
        ToolPlan plan = tools.find(server, tool);
        if (plan == null || config.onlyAudits()) {
            return plan != null;
        }
        boolean changed = plan.pin() != null
                && definitions.state(tool, plan.pin().definition()) == Definitions.State.CHANGED;
        return !changed && Listing.mayPass(plan, canary(session), oversight);
    }

    /** The digest of the definition of a tool that was reviewed; null when any will do. */
    public @Nullable String pinned(String server, String tool) {
        ToolPlan plan = tools.find(server, tool);
        return plan == null || plan.pin() == null ? null : plan.pin().definition();
    }

    /** As with definitions of which none was seen. */
    public boolean listed(OversightState oversight, SessionState session, String server, String tool) {
        return listed(oversight, session, server, tool, Definitions.UNSEEN);
    }

    private Canary canary(SessionState session) {
        return new Canary(session.id(), config.onlyAudits());
    }

    /** What ended it was a verdict, and does not count where none does. */
    private boolean hasEnded(SessionState session) {
        return session.ended() && !config.onlyAudits();
    }
}
