package dev.chaperone.controller.plan;

import dev.chaperone.controller.view.AcceptedSpec;
import dev.chaperone.controller.view.PolicyFacts;
import dev.chaperone.policy.Issue;
import dev.chaperone.policy.PolicyCompiler;
import dev.chaperone.policy.PolicyId;
import dev.chaperone.policy.PolicyInput;
import dev.chaperone.policy.ToolServers;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Decides which version of each policy is in force, the same everywhere. Remembers what it checked last. */
final class PolicyPlanner {
    /**
     * @param accepted whether the current spec is in force
     * @param inForce the spec that is in force
     * @param issues of the current spec
     */
    record Standing(PolicyFacts facts, boolean accepted, @Nullable AcceptedSpec inForce, List<Issue> issues) {
        PolicyInput input() {
            PolicyInput input = facts.input(inForce == null ? null : inForce.spec());
            return accepted ? input : input.asRefused();
        }
    }

    private record Checked(PolicyFacts facts, List<Issue> issues) {}

    private final PolicyCompiler compiler;
    private ToolServers checkedWith = ToolServers.NONE;
    private Map<PolicyId, Checked> checked = Map.of();
    private List<Issue> serverIssues = List.of();

    PolicyPlanner(PolicyCompiler compiler) {
        this.compiler = compiler;
    }

    /** Issues of the tool servers that were planned with last. */
    List<Issue> serverIssues() {
        return serverIssues;
    }

    /** @param accepted the newest spec that was accepted of each policy, by UID */
    SortedMap<PolicyId, Standing> plan(
            Collection<PolicyFacts> policies, ToolServers servers, Map<String, AcceptedSpec> accepted) {
        check(policies, servers);
        SortedMap<PolicyId, Standing> standings = new TreeMap<>();
        for (PolicyFacts policy : policies) {
            Checked result = checked.get(policy.id());
            List<Issue> issues = result == null ? noSpec(policy) : result.issues();
            standings.put(policy.id(), standing(policy, issues, accepted.get(policy.uid())));
        }
        return standings;
    }

    private static Standing standing(PolicyFacts policy, List<Issue> issues, @Nullable AcceptedSpec last) {
        boolean compiles = issues.stream().noneMatch(Issue::isError);
        if (policy.spec() != null && (compiles || (last != null && last.spec().equals(policy.spec())))) {
            return new Standing(
                    policy, true,
                    new AcceptedSpec(policy.id(), policy.uid(), policy.generation(), policy.spec()),
                    compiles ? issues : issues.stream().map(PolicyPlanner::sinceAccepted).toList());
        }
        return new Standing(policy, false, last, issues);
    }

    /** What schemas did to an accepted policy is a fault of the rules concerned, and takes the policy out nowhere. */
    private static Issue sinceAccepted(Issue issue) {
        return new Issue(
                Issue.Severity.WARNING, issue.resource(), issue.path(), issue.location(),
                issue.isError() ? issue.message() + "; it was accepted before tool servers changed" : issue.message(),
                issue.excerpt(), issue.mend());
    }

    private void check(Collection<PolicyFacts> policies, ToolServers servers) {
        boolean sameServers = servers == checkedWith;
        Map<PolicyId, Checked> known = new HashMap<>();
        List<PolicyFacts> changed = new ArrayList<>();
        for (PolicyFacts policy : policies) {
            Checked before = sameServers ? checked.get(policy.id()) : null;
            if (before != null && before.facts().equals(policy)) {
                known.put(policy.id(), before);
            } else {
                changed.add(policy);
            }
        }
        if (!changed.isEmpty() || !sameServers) {
            Map<String, List<Issue>> issues = compiler
                    .check(changed.stream().map(policy -> policy.input(null)).toList(), servers)
                    .stream()
                    .collect(Collectors.groupingBy(Issue::resource));
            for (PolicyFacts policy : changed) {
                List<Issue> own = issues.getOrDefault(policy.id().resource(), List.of());
                known.put(policy.id(), new Checked(policy, policy.spec() == null ? noSpec(policy) : own));
            }
            serverIssues = issues.values()
                    .stream()
                    .flatMap(List::stream)
                    .filter(issue -> changed.stream().noneMatch(
                            policy -> policy.id().resource().equals(issue.resource())))
                    .toList();
        }
        checkedWith = servers;
        checked = known;
    }

    private static List<Issue> noSpec(PolicyFacts policy) {
        return List.of(
                new Issue(
                        Issue.Severity.ERROR, policy.id().resource(), "spec", null, "the policy has no spec", null,
                        "write one, or delete the policy"));
    }
}
