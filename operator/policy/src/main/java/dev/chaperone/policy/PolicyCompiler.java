package dev.chaperone.policy;

import dev.chaperone.api.GuardrailConfig;
import dev.chaperone.api.PolicyRules;
import dev.chaperone.config.AgentIdentity;
import dev.chaperone.config.Bundle;
import dev.chaperone.config.GuardrailConfigSpec;
import dev.chaperone.config.PolicyConfig;
import dev.chaperone.policy.PolicyResolver.Resolved;
import dev.chaperone.policy.cel.ExpressionCompiler;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Compiles policies into the config of one agent. Expressions are compiled once per distinct schema and kept, so use
 * one compiler for many agents. Safe for use by many threads.
 */
public final class PolicyCompiler {
    /** About 20 MB of programs at most, and hardly ever reached. */
    private static final int REMEMBERED_EXPRESSIONS = 20_000;

    private final ExpressionCompiler expressions;

    public PolicyCompiler() {
        this(new ExpressionCompiler(REMEMBERED_EXPRESSIONS));
    }

    PolicyCompiler(ExpressionCompiler expressions) {
        this.expressions = expressions;
    }

    /** The config of one agent. Never throws for what a manifest says: that becomes issues, and denies. */
    public CompilationResult compile(CompilationRequest request) {
        AgentContext agent = request.agent();
        ServerCatalog servers = request.servers().reachedBy(agent);
        PolicyResolver resolver = new PolicyResolver(expressions, agent, servers, request.servers().known());

        List<Issue> issues = new ArrayList<>(servers.issues());
        List<PolicyConfig> policies = new ArrayList<>();
        SortedMap<String, byte[]> programs = new TreeMap<>();
        SortedSet<PolicyId> accepted = new TreeSet<>();
        byId(request.policies()).forEach((id, inputs) -> {
            Resolved resolved = resolver.resolve(id, inputs);
            issues.addAll(resolved.issues());
            if (resolved.linked() != null) {
                policies.add(resolved.linked().config());
                resolved.linked().programs().forEach(program -> programs.put(program.digest(), program.bytes()));
            }
            if (resolved.accepted()) {
                accepted.add(id);
            }
        });
        GuardrailConfigSpec spec = GuardrailConfigSpec.of(
                new AgentIdentity(agent.namespace(), agent.name(), new TreeMap<>(agent.labels())),
                request.posture(), servers.configs(), policies, request.leases());
        return new CompilationResult(
                IssueOrder.sorted(issues), resource(agent, spec), new Bundle(spec, programs), accepted);
    }

    /** How many expressions had to be compiled, rather than remembered. */
    public long compilations() {
        return expressions.compilations();
    }

    /**
     * Everything wrong with these policies and tool servers, whatever agents there are. A namespaced policy is checked
     * against the tool servers of its namespace, a cluster policy against those of every namespace. Last accepted
     * specs are not looked at.
     */
    public List<Issue> check(List<PolicyInput> policies, ToolServers servers) {
        SortedMap<String, ServerCatalog> catalogs = servers.byNamespace();
        KnownTools tools = servers.known();
        List<Issue> issues = new ArrayList<>(servers.issues());
        byId(policies).forEach((id, inputs) -> {
            if (inputs.size() > 1) {
                issues.add(Duplicates.policy(id, inputs));
            }
            for (PolicyInput input : inputs) {
                if (input.current() != null) {
                    issues.addAll(check(id, input.current(), catalogs, tools));
                }
            }
        });
        return IssueOrder.sorted(issues);
    }

    private List<Issue> check(
            PolicyId id,
            Sourced<? extends PolicyRules> policy,
            SortedMap<String, ServerCatalog> catalogs,
            KnownTools tools) {
        String namespace = id.namespace();
        if (namespace != null) {
            ServerCatalog servers = catalogs.getOrDefault(namespace, ServerCatalog.EMPTY);
            return check(id, policy, servers, tools.in(namespace));
        }
        if (catalogs.isEmpty()) {
            return check(id, policy, ServerCatalog.EMPTY, tools);
        }
        Map<Issue, List<String>> where = new LinkedHashMap<>();
        catalogs.forEach((name, servers) -> new LinkedHashSet<>(check(id, policy, servers, tools))
                .forEach(issue -> where.computeIfAbsent(issue, unseen -> new ArrayList<>()).add(name)));
        List<Issue> issues = new ArrayList<>();
        where.forEach((issue, names) -> issues
                .add(names.size() == catalogs.size() ? issue : inNamespaces(issue, names)));
        return issues;
    }

    private List<Issue> check(
            PolicyId id, Sourced<? extends PolicyRules> policy, ServerCatalog servers, KnownTools known) {
        IssueSink sink = new IssueSink(id.resource(), policy.source());
        return new PolicyLinker(expressions, id, policy.resource(), false, servers, sink).link(known).issues();
    }

    private static Issue inNamespaces(Issue issue, List<String> namespaces) {
        String where = (namespaces.size() == 1 ? " (in namespace " : " (in namespaces ")
                + String.join(", ", namespaces) + ")";
        return new Issue(
                issue.severity(), issue.resource(), issue.path(), issue.location(), issue.message() + where,
                issue.excerpt(), issue.mend());
    }

    private static SortedMap<PolicyId, List<PolicyInput>> byId(List<PolicyInput> policies) {
        return policies.stream().collect(Collectors.groupingBy(PolicyInput::id, TreeMap::new, Collectors.toList()));
    }

    private static GuardrailConfig resource(AgentContext agent, GuardrailConfigSpec spec) {
        GuardrailConfig config = new GuardrailConfig();
        config.setMetadata(
                new ObjectMetaBuilder().withName(agent.name()).withNamespace(agent.namespace()).build());
        config.setSpec(spec);
        return config;
    }
}
