package dev.chaperone.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chaperone.api.ClusterToolPolicySpec;
import dev.chaperone.api.ToolServer;
import dev.chaperone.config.BundleCodec;
import dev.chaperone.config.DefaultVerdict;
import dev.chaperone.config.EnforcementMode;
import dev.chaperone.config.PolicyConfig;
import dev.chaperone.config.Revisions;
import dev.chaperone.policy.cel.ExpressionCompiler;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PolicyCompilerTest {
    private static final String SERVER = """
            kind: ToolServer
            metadata: {name: shop, namespace: dev}
            spec:
              url: http://shop.dev.svc/mcp
              tools:
              - name: refund
                inputSchema: {type: object, properties: {id: {type: string}, amount: {type: number}}}
            """;
    private static final AgentContext AGENT = agent("dev", "coder");

    private final PolicyCompiler compiler = new PolicyCompiler();

    @Test
    void theOrderOfInputsMeansNothing() {
        // Given
        Manifests manifests = Manifests.of(SERVER, SERVER.replace("name: shop", "name: store"));
        IntStream.range(0, 12).forEach(i -> manifests.add(
                "p" + i, policy("dev", "p" + i, "args.amount > " + i + " || variables.v" + (i % 2) + " == ''")));
        manifests.add("broken", policy("dev", "broken", "args.amout > 1 || args.id > 2"));
        CompilationRequest request = new CompilationRequest(AGENT, manifests.policies(), manifests.servers());
        CompilationResult expected = compiler.compile(request);
        byte[] bytes = BundleCodec.write(expected.bundle());

        for (int seed = 0; seed < 20; seed++) {
            List<PolicyInput> policies = new ArrayList<>(request.policies());
            List<Sourced<ToolServer>> servers = new ArrayList<>(manifests.ownServers());
            Collections.shuffle(policies, new Random(seed));
            Collections.shuffle(servers, new Random(seed));

            // When
            CompilationResult shuffled = new PolicyCompiler()
                    .compile(new CompilationRequest(AGENT, policies, ToolServers.of(servers)));

            // Then
            assertThat(BundleCodec.write(shuffled.bundle())).isEqualTo(bytes);
            assertThat(shuffled.issues()).isEqualTo(expected.issues()).isNotEmpty();
            assertThat(shuffled.bundle().revision()).isEqualTo(Revisions.of(expected.bundle().config()));
        }
    }

    @Test
    void compilesEachRuleOnceForAThousandAgents() {
        // Given
        ExpressionCompiler expressions = new ExpressionCompiler(1_000);
        PolicyCompiler shared = new PolicyCompiler(expressions);
        Manifests manifests = Manifests.of(SERVER);
        IntStream.range(0, 100).forEach(i -> manifests.add("p" + i, policy("dev", "p" + i, "args.amount > " + i)));

        // When
        for (int i = 0; i < 1_000; i++) {
            shared.compile(
                    new CompilationRequest(agent("dev", "agent-" + i), manifests.policies(), manifests.servers()));
        }

        // Then
        assertThat(expressions.compilations()).isEqualTo(100 + 2);
    }

    @Test
    void bundleHoldsExactlyTheProgramsThatTheConfigNames() throws Exception {
        // Given
        Manifests manifests = Manifests.of(SERVER, policy("dev", "one", "args.amount > 1"));

        // When
        CompilationResult result = compile(manifests);

        // Then
        assertThat(result.bundle().programs().keySet())
                .isEqualTo(BundleCodec.referenced(result.bundle().config()))
                .hasSize(3);
        assertThat(BundleCodec.read(BundleCodec.write(result.bundle())).config()).isEqualTo(result.bundle().config());
        assertThat(result.config().getSpec()).isEqualTo(result.bundle().config());
        assertThat(result.config().getMetadata().getName()).isEqualTo("coder");
        assertThat(result.config().getMetadata().getNamespace()).isEqualTo("dev");
        assertThat(result.hasErrors()).isFalse();
    }

    @Test
    void aManifestThatCannotBeReadDeniesInItsNamespace() {
        // Given
        List<PolicyInput> policies = List.of(
                PolicyInput.unreadable(PolicyId.toolPolicy("dev", "torn")),
                PolicyInput.unreadable(PolicyId.toolPolicy("ops", "torn")),
                PolicyInput.unreadable(PolicyId.clusterToolPolicy("torn")));

        // When
        CompilationResult result = compiler.compile(new CompilationRequest(AGENT, policies, ToolServers.NONE));

        // Then
        assertThat(result.bundle().config().policies()).containsExactly(
                denying("ClusterToolPolicy/torn"), denying("ToolPolicy/dev/torn"));
        assertThat(result.accepted()).isEmpty();
    }

    @Test
    void aManifestThatCannotBeReadAnyMoreStaysAsItWas() {
        // Given
        PolicyInput before = Manifests.of(policy("dev", "torn", "args.amount > 1")).policies().getFirst();
        PolicyInput torn = PolicyInput.unreadable(before.id()).withLastAccepted(before.current().resource());

        // When
        CompilationResult result = compiler
                .compile(new CompilationRequest(AGENT, List.of(torn), Manifests.of(SERVER).servers()));

        // Then
        assertThat(result.bundle().config().policies().getFirst().rules()).hasSize(1);
        assertThat(result.accepted()).isEmpty();
    }

    @Test
    void aMistakeInAnAcceptedSpecThatNoSchemaExplainsIsAnError() {
        // Given
        String broken = policy("dev", "odd", "nonsense > 1");
        Manifests manifests = Manifests.of(SERVER, broken).addAccepted(broken);

        // When
        CompilationResult result = compile(manifests);

        // Then
        assertThat(result.hasErrors()).isTrue();
        assertThat(result.accepted()).isEmpty();
        assertThat(result.bundle().config().policies().getFirst().rules().getFirst().fault())
                .isEqualTo("unknown name 'nonsense'");
    }

    @Test
    void theLastAcceptedVersionGetsFaultsToo() {
        // Given
        Manifests manifests = Manifests.of(SERVER, policy("dev", "p", "args.amout > 1"))
                .addAccepted(policy("dev", "p", "args.gone == 1"));

        // When
        CompilationResult result = compile(manifests);

        // Then
        assertThat(result.issues()).extracting(Issue::severity)
                .containsExactlyInAnyOrder(Issue.Severity.ERROR, Issue.Severity.WARNING);
        assertThat(result.issues()).anyMatch(issue -> issue.message().startsWith("in the last accepted version: "));
        assertThat(result.bundle().config().policies().getFirst().rules().getFirst().fault()).isNotNull();
    }

    @Test
    void namespaceNameCannotBeFakedByALabel() {
        // Given
        AgentContext faked = new AgentContext(
                "dev", "coder", Map.of(), Map.of("kubernetes.io/metadata.name", "kube-system"));

        // Then
        assertThat(faked.namespaceLabels()).containsEntry("kubernetes.io/metadata.name", "dev");
    }

    @Test
    void checkWarnsOfClusterPatternsOnlyWhenNoNamespaceHasTheTool() {
        // Given
        Manifests manifests = Manifests.of(SERVER, SERVER.replace("dev", "ops").replace("refund", "pay"), """
                kind: ClusterToolPolicy
                metadata: {name: base}
                spec:
                  rules:
                  - {name: r, tools: [shop/pay, shop/buy], verdict: Deny}
                """);

        // When
        List<Issue> issues = compiler.check(manifests.policies(), manifests.servers());

        // Then
        assertThat(issues).extracting(Issue::path).containsExactly("spec.rules[0].tools[1]");
    }

    @Test
    void policiesAreOfTheirKind() {
        var spec = new ClusterToolPolicySpec(null, null, null, null, null, null, null);
        assertThatThrownBy(
                () -> new PolicyInput(PolicyId.toolPolicy("dev", "x"), Sourced.of(spec), null))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private CompilationResult compile(Manifests manifests) {
        return compiler.compile(new CompilationRequest(AGENT, manifests.policies(), manifests.servers()));
    }

    private static AgentContext agent(String namespace, String name) {
        return new AgentContext(namespace, name, Map.of("app", "coder"), Map.of());
    }

    private static PolicyConfig denying(String name) {
        return new PolicyConfig(name, EnforcementMode.ENFORCE, 100, DefaultVerdict.DENY, List.of(), List.of());
    }

    private static String policy(String namespace, String name, String when) {
        return """
                kind: ToolPolicy
                metadata: {name: %s, namespace: %s}
                spec:
                  variables:
                  - {name: v0, expression: args.id}
                  - {name: v1, expression: variables.v0}
                  rules:
                  - {name: rule, tools: [shop/*], when: "%s", verdict: Review}
                """.formatted(name, namespace, when);
    }
}
