package dev.chaperone.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chaperone.policy.Issue;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a tree must not leave to chance. */
class ManifestsTest {
    private static final AgentName AGENT = new AgentName("prod", "coder");

    @TempDir
    Path tree;

    private Manifests read() {
        return Manifests.of(ManifestFiles.read(List.of(tree.toString())));
    }

    private void write(String name, String text) throws Exception {
        Files.writeString(tree.resolve(name), text);
    }

    private static String agent(String app) {
        return "{apiVersion: chaperone.dev/v1alpha1, kind: Agent, metadata: {name: coder, namespace: prod, labels: {app: "
                + app + "}}}\n";
    }

    private static String clusterPolicy(String selector) {
        return "{apiVersion: chaperone.dev/v1alpha1, kind: ClusterToolPolicy, metadata: {name: p}, spec: {"
                + "namespaceSelector: {" + selector + "}, rules: [{name: r, tools: ['*'], verdict: Deny}]}}\n";
    }

    @Test
    void twoAgentsOfOneNameAreAnError() throws Exception {
        // Given
        write("a.yaml", agent("strict"));
        write("z.yaml", agent("loose"));

        // When
        Manifests manifests = read();

        // Then
        assertThat(manifests.issues()).singleElement().satisfies(issue -> assertThat(issue.render())
                .contains("error: Agent prod/coder, metadata.name: defined more than once", "a.yaml:1", "z.yaml:1"));
        assertThat(manifests.surroundingsUnclear()).isTrue();
    }

    @Test
    void twoNamespacesOfOneNameAreAnError() throws Exception {
        // Given
        String namespace = "{apiVersion: v1, kind: Namespace, metadata: {name: prod}}\n";
        write("a.yaml", namespace + "---\n" + namespace);

        // When
        Manifests manifests = read();

        // Then
        assertThat(manifests.issues()).extracting(Issue::resource).containsExactly("Namespace prod");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "matchLabels: {env: prod}|true",
            "matchExpressions: [{key: env, operator: DoesNotExist}]|true",
            "matchLabels: {kubernetes.io/metadata.name: prod}|false",
            "|false"})
    void labelsOfANamespaceThatNoManifestTellsAreNotAbsent(String selector, boolean unclear) throws Exception {
        // Given
        write("policy.yaml", clusterPolicy(selector == null ? "" : selector));

        // When
        List<Issue> issues = read().unclearSelection(AGENT);

        // Then
        assertThat(issues).hasSize(unclear ? 1 : 0).allMatch(Issue::isError);
    }

    @Test
    void labelsOfANamespaceThatAManifestTellsAreKnown() throws Exception {
        // Given
        write("policy.yaml", clusterPolicy("matchLabels: {env: prod}"));
        write("namespace.yaml", "{apiVersion: v1, kind: Namespace, metadata: {name: prod}}");

        // When
        List<Issue> issues = read().unclearSelection(AGENT);

        // Then
        assertThat(issues).isEmpty();
    }

    @Test
    void aLinkThatLeadsNowhereIsAnError() throws Exception {
        // Given
        Files.createSymbolicLink(tree.resolve("deny.yaml"), tree.resolve("moved.yaml"));

        // Then
        assertThatThrownBy(this::read).isInstanceOf(EnvironmentException.class)
                .hasMessageContaining("deny.yaml is a link that leads nowhere");
    }

    @Test
    void endingsAreTakenWithoutRegardToCase() throws Exception {
        // Given
        write("A.YAML", agent("x"));

        // Then
        assertThat(read().hasAgent(AGENT)).isTrue();
    }

    @Test
    void aFileThatIsNotUtf8HidesNoOther() throws Exception {
        // Given
        Files.write(tree.resolve("a.yaml"), new byte[]{'#', '\n', '#', ' ', (byte) 0xff});
        write("z.yaml", agent("x"));

        // When
        Manifests manifests = read();

        // Then
        assertThat(manifests.issues()).singleElement()
                .satisfies(issue -> assertThat(issue.render()).contains("a.yaml:2:3: error: not UTF-8 text"));
        assertThat(manifests.hasAgent(AGENT)).isTrue();
    }
}
