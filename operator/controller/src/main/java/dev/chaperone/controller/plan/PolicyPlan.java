package dev.chaperone.controller.plan;

import dev.chaperone.controller.fleet.AgentId;
import dev.chaperone.controller.view.AcceptedSpec;
import dev.chaperone.policy.Issue;
import dev.chaperone.policy.PolicyId;
import java.util.List;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of one policy.
 *
 * @param generation the generation that this speaks of
 * @param accepted whether that generation is in force
 * @param inForce the spec that is in force; null when none ever was accepted
 * @param issues what its author should know
 * @param agents the agents whose configs hold it, in force or denying
 */
public record PolicyPlan(
        PolicyId id,
        String uid,
        long generation,
        boolean accepted,
        @Nullable AcceptedSpec inForce,
        List<Issue> issues,
        SortedSet<AgentId> agents) {}
