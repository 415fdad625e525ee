package dev.chaperone.policy;

import dev.chaperone.api.PolicyRules;
import dev.chaperone.policy.Selectors.Selection;
import dev.chaperone.policy.cel.ExpressionCompiler;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Decides which version of each policy counts for one agent. */
final class PolicyResolver {
    /**
     * @param linked the policy as it stands in the config; null when it does not select the agent
     * @param issues what is to be said even so
     * @param accepted whether the current version is the one that is linked
     */
    record Resolved(@Nullable LinkedPolicy linked, List<Issue> issues, boolean accepted) {
        static final Resolved NOT_SELECTED = new Resolved(null, List.of(), false);
    }

    private final ExpressionCompiler compiler;
    private final AgentContext agent;
    private final ServerCatalog servers;
    private final KnownTools tools;

    PolicyResolver(ExpressionCompiler compiler, AgentContext agent, ServerCatalog servers, KnownTools tools) {
        this.compiler = compiler;
        this.agent = agent;
        this.servers = servers;
        this.tools = tools;
    }

    /** @param inputs all that was given for one policy: one, unless it was given more than once */
    Resolved resolve(PolicyId id, List<PolicyInput> inputs) {
        if (id.namespace() != null && !id.namespace().equals(agent.namespace())) {
            return Resolved.NOT_SELECTED;
        }
        return inputs.size() == 1 ? resolve(inputs.getFirst()) : duplicates(id, inputs);
    }

    private Resolved resolve(PolicyInput input) {
        PolicyRules last = input.lastAccepted();
        if (input.current() == null) {
            return last == null ? denying(input.id(), List.of()) : lastAccepted(input.id(), last, List.of());
        }
        PolicyRules current = input.current().resource();
        Selection selects = Selectors.of(current, agent);
        boolean unchanged = current.equals(last);
        if (selects == Selection.NO && (last == null || unchanged || Selectors.of(last, agent) == Selection.NO)) {
            return Resolved.NOT_SELECTED;
        }
        if (input.refused() && !unchanged) {
            return last != null
                    ? lastAccepted(input.id(), last, List.of())
                    : denying(input.id(), List.of());
        }
        LinkedPolicy linked = link(
                input.id(), current, unchanged, new IssueSink(input.id().resource(), input.current().source()));
        if (linked.compiles() || unchanged) {
            return selects == Selection.NO
                    ? Resolved.NOT_SELECTED
                    : new Resolved(linked, linked.issues(), linked.compiles());
        }
        if (last != null) {
            return lastAccepted(input.id(), last, linked.issues());
        }
        return selects == Selection.NO ? Resolved.NOT_SELECTED : denying(input.id(), linked.issues());
    }

    private Resolved lastAccepted(PolicyId id, PolicyRules last, List<Issue> issues) {
        if (Selectors.of(last, agent) == Selection.NO) {
            return new Resolved(null, issues, false);
        }
        LinkedPolicy linked = link(
                id, last, true, new IssueSink(id.resource(), Source.NONE, "in the last accepted version: "));
        List<Issue> all = new ArrayList<>(issues);
        all.addAll(linked.issues());
        return new Resolved(linked, all, false);
    }

    private Resolved duplicates(PolicyId id, List<PolicyInput> inputs) {
        Issue issue = Duplicates.policy(id, inputs);
        boolean selects = inputs.stream().anyMatch(this::maySelect);
        return selects ? denying(id, List.of(issue)) : new Resolved(null, List.of(issue), false);
    }

    private boolean maySelect(PolicyInput input) {
        return input.current() == null
                || Selectors.of(input.current().resource(), agent) != Selection.NO
                || (input.lastAccepted() != null && Selectors.of(input.lastAccepted(), agent) != Selection.NO);
    }

    private static Resolved denying(PolicyId id, List<Issue> issues) {
        return new Resolved(LinkedPolicy.denying(id, issues), issues, false);
    }

    private LinkedPolicy link(PolicyId id, PolicyRules rules, boolean accepted, IssueSink sink) {
        KnownTools known = id.namespace() == null ? tools : tools.in(id.namespace());
        return new PolicyLinker(compiler, id, rules, accepted, servers, sink).link(known);
    }
}
