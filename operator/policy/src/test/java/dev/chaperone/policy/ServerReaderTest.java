package dev.chaperone.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chaperone.config.Digests;
import dev.chaperone.config.ServerConfig;
import dev.chaperone.config.Stakes;
import dev.chaperone.config.ToolConfig;
import dev.chaperone.config.Verdict;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ServerReaderTest {
    private static final String HEAD = "kind: ToolServer\nmetadata: {name: shop, namespace: dev}\n";
    private static final AgentContext AGENT = new AgentContext("dev", "coder", Map.of(), Map.of());

    @Test
    void aToolNeedsNoSchemaToExist() {
        // When
        CompilationResult result = compile(HEAD + "spec: {url: 'http://shop/', tools: [{name: pay, stakes: Low}]}");

        // Then
        assertThat(tools(result)).containsExactly(new ToolConfig("pay", Stakes.LOW, null));
        assertThat(result.issues()).isEmpty();
    }

    @Test
    void aToolThatIsListedTwiceGoesAndTheOthersStay() {
        // When
        CompilationResult result = compile(
                HEAD + "spec: {url: 'http://shop/', tools: [{name: b}, {name: twice}, {name: a}, {name: twice}]}");

        // Then
        assertThat(tools(result)).extracting(ToolConfig::name).containsExactly("a", "b");
        assertThat(result.issues()).extracting(Issue::path).containsExactly("spec.tools[3].name");
    }

    @Test
    void aToolWithoutNameGoesAndTheOthersStay() {
        // When
        CompilationResult result = compile(
                HEAD + "spec: {url: 'http://shop/', tools: [{stakes: Low}, {name: ''}, {name: pay}]}");

        // Then
        assertThat(tools(result)).extracting(ToolConfig::name).containsExactly("pay");
        assertThat(result.issues()).extracting(Issue::path)
                .containsExactly("spec.tools[0].name", "spec.tools[1].name");
        assertThat(result.hasErrors()).isTrue();
    }

    @Test
    void aPinnedDefinitionBecomesPartOfTheConfig() {
        // Given
        String digest = Digests.of(new byte[0]);

        // When
        CompilationResult result = compile(
                HEAD + "spec: {url: 'http://shop/', onDefinitionChange: Review, tools: [{name: pay, definition: '"
                        + digest + "'}, {name: list}]}");

        // Then
        assertThat(tools(result)).containsExactly(new ToolConfig("list", Stakes.HIGH, null),
                new ToolConfig("pay", Stakes.HIGH, null, digest));
        assertThat(result.bundle().config().servers().getFirst().changeVerdict()).isEqualTo(Verdict.REVIEW);
        assertThat(result.issues()).isEmpty();
    }

    @Test
    void aReactionToNoPinIsWarnedOf() {
        // When
        CompilationResult result = compile(
                HEAD + "spec: {url: 'http://shop/', onDefinitionChange: Review, tools: [{name: pay}]}");

        // Then
        assertThat(result.issues()).extracting(Issue::path).containsExactly("spec.onDefinitionChange");
        assertThat(result.hasErrors()).isFalse();
    }

    @Test
    void aServerWithoutSpecDoesNotExist() {
        // When
        CompilationResult result = compile(HEAD);

        // Then
        assertThat(result.bundle().config().servers()).isEmpty();
        assertThat(result.issues()).extracting(Issue::path).containsExactly("spec");
        assertThat(result.hasErrors()).isTrue();
    }

    private static List<ToolConfig> tools(CompilationResult result) {
        ServerConfig server = result.bundle().config().servers().getFirst();
        assertThat(result.bundle().config().servers()).hasSize(1);
        return server.tools();
    }

    private static CompilationResult compile(String server) {
        return new PolicyCompiler()
                .compile(new CompilationRequest(AGENT, List.of(), Manifests.of(server + "\n").servers()));
    }
}
