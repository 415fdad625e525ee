package dev.chaperone.controller.oversight;

import dev.chaperone.controller.fleet.AgentId;
import dev.chaperone.controller.plan.AgentPlan;
import dev.chaperone.controller.plan.FleetPlan;
import dev.chaperone.controller.view.PodFacts;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Since when pods run, and they or their agents lack what is required, where that stands nowhere else. Thread-safe. */
final class PodMemory {
    private record PodRequirement(String pod, String requirement) {}

    private record AgentRequirement(AgentId agent, String requirement) {}

    private final Map<String, Instant> running = new ConcurrentHashMap<>();
    private final Map<PodRequirement, Instant> lacking = new ConcurrentHashMap<>();
    private final Map<AgentRequirement, Instant> agentsLacking = new ConcurrentHashMap<>();

    /** Since when a pod is known to run; from now on if it is new. */
    Instant running(String pod, Instant now) {
        return running.computeIfAbsent(pod, _ -> now);
    }

    /** Since when a pod lacks a requirement; since then if that is new. */
    Instant lackingSince(String pod, String requirement, Instant since) {
        return lacking.computeIfAbsent(new PodRequirement(pod, requirement), _ -> since);
    }

    /** The pod lacks the requirement no longer. */
    void keeps(String pod, String requirement) {
        lacking.remove(new PodRequirement(pod, requirement));
    }

    /** Since when an agent lacks what is none of its pods'; from now on if that is new. */
    Instant lackingSince(AgentId agent, String requirement, Instant now) {
        return agentsLacking.computeIfAbsent(new AgentRequirement(agent, requirement), _ -> now);
    }

    /** The agent lacks the requirement no longer. */
    void keeps(AgentId agent, String requirement) {
        agentsLacking.remove(new AgentRequirement(agent, requirement));
    }

    /** Forgets what is not planned any more, and of pods what does not run. */
    void retain(FleetPlan plan) {
        Set<String> pods = new HashSet<>();
        Set<AgentRequirement> required = new HashSet<>();
        for (AgentPlan agent : plan.agents().values()) {
            agent.pods().stream().filter(PodFacts::isRunning).map(PodFacts::uid).forEach(pods::add);
            agent.oversight().requirements()
                    .forEach(requirement -> required.add(new AgentRequirement(agent.id(), requirement.name())));
        }
        running.keySet().retainAll(pods);
        lacking.keySet().removeIf(key -> !pods.contains(key.pod()));
        agentsLacking.keySet().retainAll(required);
    }
}
