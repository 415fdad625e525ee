package dev.chaperone.controller.status;

import java.util.function.Function;
import java.util.stream.Stream;
import dev.chaperone.controller.plan.OversightPlan;
import dev.chaperone.api.OversightPolicyStatus;
import dev.chaperone.api.OversightPolicyStatus.Exempt;
import dev.chaperone.api.OversightRequirement;
import static dev.chaperone.api.Conditions.*;

import dev.chaperone.api.AgentStatus;
import dev.chaperone.api.GuardrailConfigStatus;
import dev.chaperone.api.GuardrailShapeSpec;
import dev.chaperone.api.PolicyStatus;
import dev.chaperone.api.ToolServerStatus;
import dev.chaperone.api.ToolServerStatus.Pin;
import dev.chaperone.controller.fleet.AgentId;
import dev.chaperone.controller.plan.AccountId;
import dev.chaperone.controller.plan.AgentPlan;
import dev.chaperone.controller.plan.ExemptPlan;
import dev.chaperone.controller.plan.Exemptions;
import dev.chaperone.controller.plan.FleetPlan;
import dev.chaperone.controller.plan.PolicyPlan;
import dev.chaperone.controller.plan.ServerPlan;
import dev.chaperone.controller.status.Programming.Progress;
import dev.chaperone.policy.Issue;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What is said of each resource. */
public final class Statuses {
    private final FleetPlan plan;
    private final Programming programming;
    private final Function<AgentId, List<OversightRequirement>> oversight;

    /** @param oversight how it stands with what is required of agents, as far as that is known by now */
    public Statuses(
            FleetPlan plan, Programming programming, Function<AgentId, List<OversightRequirement>> oversight) {
        this.plan = plan;
        this.programming = programming;
        this.oversight = oversight;
    }

    public PolicyStatus policy(PolicyPlan policy, @Nullable PolicyStatus before) {
        ConditionList conditions = conditions(policy.generation(), before == null ? null : before.conditions());
        if (policy.accepted()) {
            accepted(conditions, policy.issues());
        } else {
            conditions.put(ACCEPTED, false, REASON_INVALID, text(policy.issues()));
        }
        reach(
                conditions, policy.agents(), policy.accepted(), REASON_INVALID,
                policy.inForce() == null
                        ? "it was never accepted, so every call of these agents is denied"
                        : "generation " + policy.inForce().generation() + " is in force");
        return new PolicyStatus(
                policy.generation(), policy.inForce() == null ? null : policy.inForce().generation(),
                policy.agents().size(), conditions.build());
    }

    public ToolServerStatus server(ServerPlan server, @Nullable ToolServerStatus before) {
        ConditionList conditions = conditions(server.generation(), before == null ? null : before.conditions());
        String reason = server.nameTaken() ? REASON_NAME_TAKEN : REASON_INVALID;
        if (server.accepted()) {
            accepted(conditions, server.issues());
        } else {
            conditions.put(ACCEPTED, false, reason, text(server.issues()));
        }
        boolean resolved = server.notOffered().isEmpty();
        conditions.put(
                RESOLVED_REFS, resolved, resolved ? REASON_RESOLVED : REASON_CREDENTIAL_NOT_OFFERED,
                String.join("\n", server.notOffered()));
        reach(
                conditions, server.agents(), server.accepted() && resolved,
                server.accepted() ? REASON_CREDENTIAL_NOT_OFFERED : reason,
                server.accepted() ? "its credential is withheld" : "no agent can reach it");
        if (!server.pins().isEmpty()) {
            pinned(conditions, changes(server));
        }
        boolean none = server.pins().isEmpty();
        return new ToolServerStatus(
                server.generation(), server.agents().size(), none ? null : server.pinned().onChange(),
                none
                        ? null
                        : server.pins().entrySet().stream().map(pin -> new Pin(pin.getKey(), pin.getValue())).toList(),
                conditions.build());
    }

    /** What guardrails see of the server's tools that is not what is pinned. */
    public DefinitionChanges changes(ServerPlan server) {
        return DefinitionChanges.of(plan, programming, server);
    }

    private static void pinned(ConditionList conditions, DefinitionChanges changes) {
        boolean asPinned = changes.seen().isEmpty();
        // Who saw a change may not have been heard yet.
        if (asPinned && changes.unheard() && conditions.keep(DEFINITIONS_PINNED)) {
            return;
        }
        conditions.put(
                DEFINITIONS_PINNED, asPinned, asPinned ? REASON_AS_PINNED : REASON_DEFINITION_CHANGED,
                changes.message());
    }

    public AgentStatus agent(AgentPlan agent, long generation, @Nullable AgentStatus before) {
        Progress progress = programming.of(agent);
        String revision = agent.config().revision();
        // Just begun: who said that its pods run this revision knew more than this process does yet.
        AgentStatus held = progress.unheard() && before != null && revision.equals(before.revision())
                && Objects.equals(before.pods(), progress.pods()) ? before : null;
        ConditionList conditions = conditions(generation, before == null ? null : before.conditions());
        boolean accepted = agent.notAccepted().isEmpty();
        conditions.put(
                ACCEPTED, accepted, accepted ? REASON_ACCEPTED : REASON_DEPENDENCY_NOT_ACCEPTED,
                accepted ? "" : "not accepted as it stands: " + String.join(", ", agent.notAccepted()));
        programmed(
                conditions, progress, agent.policies().isEmpty() ? REASON_NO_POLICIES : REASON_READY, held != null);
        AccountId exempt = plan.exemptWorkloads().get(agent.id());
        if (exempt != null) {
            conditions.put(EXEMPTED, true, REASON_EXEMPTED, Exemptions.ofNewPods(exempt));
        }
        List<OversightRequirement> required = required(agent, before);
        overseen(conditions, agent, required);
        return new AgentStatus(
                generation, revision, agent.policies(), agent.servers(), progress.pods(),
                held == null ? Integer.valueOf(progress.programmed()) : held.programmedPods(),
                held == null ? progress.ratio() : held.programmed(), agent.oversight().posture(),
                required.isEmpty() ? null : required, null, conditions.build());
    }

    /** What is not known yet is left as it was said before. */
    private List<OversightRequirement> required(AgentPlan agent, @Nullable AgentStatus before) {
        List<OversightRequirement> said = before == null
                ? List.of()
                : Objects.requireNonNullElse(before.oversight(), List.of());
        return agent.oversight().requirements().stream()
                .flatMap(requirement -> Stream
                        .concat(oversight.apply(agent.id()).stream(), said.stream())
                        .filter(each -> each.requirement().equals(requirement.name()))
                        .limit(1))
                .toList();
    }

    private static void overseen(
            ConditionList conditions, AgentPlan agent, List<OversightRequirement> required) {
        List<OversightRequirement> lacking = required.stream().filter(each -> each.state().lacks()).toList();
        boolean narrowed = required.stream().anyMatch(each -> each.narrowed() != null);
        if (lacking.isEmpty() && required.size() < agent.oversight().requirements().size()
                && conditions.keep(OVERSEEN)) {
            return;
        }
        conditions.put(
                OVERSEEN, lacking.isEmpty(),
                narrowed
                        ? REASON_NARROWED
                        : !lacking.isEmpty()
                                ? REASON_LAPSED
                                : required.isEmpty() ? REASON_NOTHING_REQUIRED : REASON_MET,
                lacking.stream().map(each -> each.requirement() + ": " + each.message())
                        .collect(Collectors.joining("\n")));
    }

    public OversightPolicyStatus oversight(OversightPlan policy, @Nullable OversightPolicyStatus before) {
        ConditionList conditions = conditions(policy.generation(), before == null ? null : before.conditions());
        accepted(conditions, List.of());
        ExemptPlan exempt = policy.exempt();
        boolean roomForAll = exempt == null || exempt.withheld() == 0;
        String exempted = exempt == null ? "" : exempted(exempt);
        reach(conditions, policy.agents(), roomForAll, REASON_TOO_MANY_EXEMPT, exempted);
        if (exempt != null) {
            conditions.put(
                    EXEMPTED, roomForAll, roomForAll ? REASON_EXEMPTED : REASON_TOO_MANY_EXEMPT, exempted);
        }
        String name = policy.id().toString();
        List<AgentId> lacking = policy.agents().stream()
                .filter(agent -> oversight.apply(agent).stream()
                        .anyMatch(each -> each.state().lacks() && each.policies().contains(name)))
                .toList();
        conditions.put(
                OVERSEEN, lacking.isEmpty(),
                policy.agents().isEmpty() ? REASON_NO_AGENTS : lacking.isEmpty() ? REASON_MET : REASON_LAPSED,
                lacking.isEmpty()
                        ? ""
                        : "agent " + more(lacking.stream().map(AgentId::toString).toList())
                                + " lacks what is required");
        return new OversightPolicyStatus(
                policy.generation(), policy.agents().size(), lacking.size(),
                exempt == null ? null : exempt.pods().values().stream().mapToInt(Integer::intValue).sum(),
                exempt == null || exempt.pods().isEmpty() ? null : told(exempt.pods()), conditions.build());
    }

    private static String exempted(ExemptPlan exempt) {
        String accounts = exempt.accounts() == 1 ? "1 ServiceAccount" : exempt.accounts() + " ServiceAccounts";
        return exempt.withheld() == 0
                ? accounts + " of governed namespaces"
                : exempt.withheld() + " of " + accounts
                        + " are governed all the same: all policies together exempt more than "
                        + GuardrailShapeSpec.EXEMPT + ", of which the first by namespace and name count";
    }

    private static List<Exempt> told(SortedMap<AccountId, Integer> pods) {
        return pods.entrySet().stream()
                .map(each -> new Exempt(each.getKey().namespace(), each.getKey().name(), each.getValue()))
                .toList();
    }

    public GuardrailConfigStatus config(
            AgentPlan agent, long generation, @Nullable GuardrailConfigStatus before) {
        Progress progress = programming.of(agent);
        GuardrailConfigStatus held = progress.unheard() && before != null
                && Objects.equals(before.observedGeneration(), generation)
                && Objects.equals(before.pods(), progress.pods()) ? before : null;
        ConditionList conditions = conditions(generation, before == null ? null : before.conditions());
        boolean complete = !agent.config().isTooLarge();
        conditions.put(
                COMPLETE, complete, complete ? REASON_COMPLETE : REASON_TOO_LARGE,
                complete ? "" : "no object can hold the config; its pods get it all the same");
        programmed(conditions, progress, REASON_READY, held != null);
        return new GuardrailConfigStatus(
                generation, progress.pods(),
                held == null ? Integer.valueOf(progress.programmed()) : held.programmedPods(),
                held == null ? progress.ratio() : held.programmed(), conditions.build());
    }

    private ConditionList conditions(long generation,
            @Nullable List<Condition> before) {
        return new ConditionList(programming.now(), generation, before);
    }

    private static void accepted(ConditionList conditions, List<Issue> issues) {
        conditions.put(
                ACCEPTED, true, issues.isEmpty() ? REASON_ACCEPTED : REASON_ACCEPTED_WITH_WARNINGS, text(issues));
    }

    private static void programmed(ConditionList conditions, Progress progress, String ready, boolean hold) {
        if (hold && conditions.keep(PROGRAMMED) && conditions.keep(READY)) {
            return;
        }
        boolean all = progress.programmed() == progress.pods();
        String none = progress.pods() == 0 ? REASON_NO_PODS : null;
        conditions.put(
                PROGRAMMED, all, none != null ? none : all ? REASON_PROGRAMMED : REASON_PENDING,
                progress.ratio() + " pods");
        boolean isReady = progress.behind().isEmpty();
        conditions.put(
                READY, isReady, none != null ? none : isReady ? ready : REASON_NOT_PROGRAMMED,
                isReady
                        ? ready.equals(REASON_NO_POLICIES) ? "no policy selects the agent: every call is denied" : ""
                        : "pod " + more(progress.behind()) + " does not decide by it yet");
    }

    /** What policies and tool servers say of the agents that they reach, together. */
    private void reach(
            ConditionList conditions, Collection<AgentId> ids, boolean sound, String reason, String message) {
        Collection<AgentPlan> agents = ids.stream().map(id -> plan.agents().get(id)).filter(Objects::nonNull).toList();
        int pods = 0;
        int programmed = 0;
        boolean unheard = false;
        List<String> behind = new ArrayList<>();
        for (AgentPlan agent : agents) {
            Progress progress = programming.of(agent);
            pods += progress.pods();
            programmed += progress.programmed();
            unheard |= progress.unheard();
            if (!progress.behind().isEmpty()) {
                behind.add(agent.id().toString());
            }
        }
        if (sound && unheard && conditions.keep(PROGRAMMED) && conditions.keep(READY)) {
            return;
        }
        String none = agents.isEmpty() ? REASON_NO_AGENTS : pods == 0 ? REASON_NO_PODS : null;
        boolean all = sound && programmed == pods;
        conditions.put(
                PROGRAMMED, all, !sound ? reason : none != null ? none : all ? REASON_PROGRAMMED : REASON_PENDING,
                sound ? programmed + "/" + pods + " pods" : message);
        boolean isReady = sound && behind.isEmpty();
        conditions.put(
                READY, isReady, !sound ? reason : none != null ? none : isReady ? REASON_READY : REASON_NOT_PROGRAMMED,
                !sound ? message : isReady ? "" : "agent " + more(behind) + " does not decide by it yet");
    }

    private static String more(List<String> names) {
        return names.size() == 1 ? names.getFirst() : names.getFirst() + " and " + (names.size() - 1) + " more";
    }

    private static String text(List<Issue> issues) {
        return issues.stream().map(Issue::render).collect(Collectors.joining("\n"));
    }
}
