package dev.chaperone.controller.oversight;

import dev.chaperone.api.OversightRequirement.State;
import dev.chaperone.api.OversightRules.Decider;
import dev.chaperone.controller.fleet.AgentId;
import dev.chaperone.controller.fleet.ProgrammingReports.PodReport;
import dev.chaperone.controller.oversight.PodFinding.Lacks;
import dev.chaperone.controller.plan.AgentPlan;
import dev.chaperone.controller.view.NetworkPolicyFacts;
import dev.chaperone.controller.view.PodFacts;
import dev.chaperone.policy.oversight.Requirement;
import dev.chaperone.policy.oversight.Terms;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Says how it stands with an agent's requirements. */
final class AgentCheck {
    /** What is known at one moment. */
    interface Knowledge {
        Instant now();

        /** Since when the pod is known to run. */
        Instant running(PodFacts pod);

        /** What the pod said last; null when this replica never heard of it. */
        @Nullable
        PodReport report(PodFacts pod);

        /** Whether what is not known may only not be known to this replica yet. */
        boolean isNew();

        /** Since when the pod lacks a requirement, where that can be told from nothing else. */
        Instant lackingSince(PodFacts pod, Requirement requirement, @Nullable RequirementStanding before);

        /** The pod lacks a requirement no longer, so that its next lapse is another one. */
        void keeps(PodFacts pod, Requirement requirement);

        /** Since when the agent lacks a requirement that is none of its pods', whether it has any or not. */
        Instant lackingSince(AgentId agent, Requirement requirement);

        /** The agent lacks it no longer. */
        void keeps(AgentId agent, Requirement requirement);

        /** Whether a decider may decide in a namespace; empty when that is not known. */
        Optional<Boolean> mayDecide(Decider decider, String namespace);

        /** What the agent's NetworkPolicy should say; null when that is not known. */
        @Nullable
        NetworkPolicySpec restriction(AgentPlan agent);

        /** The NetworkPolicies of a namespace. */
        Collection<NetworkPolicyFacts> networkPolicies(String namespace);

        /** How it stood; null when nothing is known of earlier. */
        @Nullable
        RequirementStanding before(AgentId agent, Requirement requirement);
    }

    /** How long what is asked for the first time may take until it is known, or brought about. */
    private static final Duration FIRST_LOOK = Duration.ofSeconds(3);

    private final Knowledge knowledge;

    AgentCheck(Knowledge knowledge) {
        this.knowledge = knowledge;
    }

    /**
     * How it stands, by requirement. Left out is what it is too early to say anything of, and what is of pods where this
     * replica does not hear of all of them.
     */
    List<RequirementStanding> check(AgentPlan agent, boolean hearsAll) {
        // Also where nothing is said of pods: how long one runs is to be known once something is.
        agent.pods().stream().filter(PodFacts::isRunning).forEach(knowledge::running);
        List<RequirementStanding> standings = new ArrayList<>();
        for (Requirement requirement : agent.oversight().requirements()) {
            RequirementStanding before = knowledge.before(agent.id(), requirement);
            if (!requirement.terms().isOfPods() || hearsAll) {
                Observation seen = observe(agent, requirement, before);
                RequirementStanding standing = seen == null
                        ? before
                        : History.next(requirement, before, seen, knowledge.now());
                if (standing != null) {
                    standings.add(standing);
                }
            }
        }
        return List.copyOf(standings);
    }

    /** Null when it is too early to say anything. */
    private @Nullable Observation observe(AgentPlan agent, Requirement requirement,
            @Nullable RequirementStanding before) {
        if (requirement.terms().isOfPods()) {
            List<PodFacts> running = agent.pods().stream().filter(PodFacts::isRunning).toList();
            return running.isEmpty()
                    ? Observation.notApplicable(knowledge.now())
                    : pods(running, requirement, before);
        }
        // What is no pod's is looked at from when a pod is made: its agent may call as soon as it runs, and that it does is
        // heard of later. It is also as old as it is where pods come and go, as those of a CronJob do.
        List<PodFacts> pods = agent.pods().stream().filter(pod -> !pod.terminating()).toList();
        Observation seen = agent(agent, pods, requirement, before);
        return pods.isEmpty() ? Observation.notApplicable(knowledge.now()) : seen;
    }

    private @Nullable Observation agent(AgentPlan agent, List<PodFacts> pods, Requirement requirement,
            @Nullable RequirementStanding before) {
        Observation seen = requirement.terms() instanceof Terms.Review review
                ? ReviewCheck.check(review, agent.id().namespace(),
                        decider -> knowledge.mayDecide(decider, agent.id().namespace()), knowledge.now())
                : EgressCheck.check(agent, pods, knowledge.restriction(agent),
                        knowledge.networkPolicies(agent.id().namespace()), knowledge.now());
        if (seen.state() == State.UNKNOWN && knowledge.isNew()) {
            return null;
        }
        if (!seen.state().lacks()) {
            knowledge.keeps(agent.id(), requirement);
            return seen;
        }
        Instant since = knowledge.lackingSince(agent.id(), requirement);
        boolean isNew = knowledge.now().isBefore(since.plus(FIRST_LOOK));
        return isNew && mayOnlyBeginToHold(requirement, seen, before) ? null : seen.since(since);
    }

    /** Whether it may be that nobody has asked yet who may decide, or that the NetworkPolicy is just being made. */
    private static boolean mayOnlyBeginToHold(Requirement requirement, Observation seen,
            @Nullable RequirementStanding before) {
        if (seen.state() == State.UNKNOWN) {
            return before == null || !before.state().lacks();
        }
        return requirement.terms() instanceof Terms.Egress
                && (before == null || before.state() == State.NOT_APPLICABLE);
    }

    private @Nullable Observation pods(List<PodFacts> running, Requirement requirement,
            @Nullable RequirementStanding before) {
        List<String> names = new ArrayList<>();
        Lacks worst = null;
        String whose = "";
        Instant since = knowledge.now();
        Set<String> overdue = new HashSet<>();
        for (PodFacts pod : running) {
            PodReport report = knowledge.report(pod);
            if (report == null && pod.bound() != null && knowledge.isNew()) {
                return null;
            }
            if (PodCheck.check(requirement.terms(), pod, knowledge.running(pod), report,
                    knowledge.now()) instanceof Lacks lacks) {
                Instant began = lacks.since() == null
                        ? knowledge.lackingSince(pod, requirement, before)
                        : lacks.since();
                since = began.isBefore(since) ? began : since;
                if (!knowledge.now().isBefore(began.plus(requirement.grace()))) {
                    overdue.add(pod.uid());
                }
                names.add(pod.name());
                if (worst == null || (worst.state() == State.UNKNOWN && lacks.state() == State.LAPSED)) {
                    worst = lacks;
                    whose = pod.name();
                }
            } else {
                knowledge.keeps(pod, requirement);
            }
        }
        return worst == null
                ? Observation.met(requirement.terms(), knowledge.now())
                : new Observation(worst.state(), worst.reason(),
                        names.size() + " of " + running.size() + " pods; " + whose + " " + worst.text(), since, names,
                        overdue);
    }
}
