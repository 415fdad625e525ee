package dev.chaperone.policy.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chaperone.api.ToolServer;
import dev.chaperone.policy.manifest.ManifestDocument.Decoded;
import dev.chaperone.policy.manifest.ManifestDocument.Undecodable;
import io.fabric8.kubernetes.api.model.Namespace;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestReaderTest {
    private static final String SERVER = """
            apiVersion: chaperone.dev/v1alpha1
            kind: ToolServer
            metadata: {name: a, managedFields: [{manager: x}], annotations: }
            spec:
              url: http://a/mcp
              tools: [{name: t}, {name: u, inputSchema: {default: null, maximum: 1.5}}]
            """;

    @Test
    void decodesWhatIsThereAndLeavesTheRestNull() {
        // When
        List<ManifestDocument> documents = ManifestReader.read("f", SERVER);

        // Then
        assertThat(documents).singleElement().isInstanceOf(Decoded.class);
        var server = (ToolServer) ((Decoded) documents.getFirst()).resource();
        assertThat(server.getMetadata().getNamespace()).isEqualTo("default");
        assertThat(server.getMetadata().getManagedFields()).isEmpty();
        assertThat(server.getSpec().credentials()).isNull();
        assertThat(server.getSpec().tools().getFirst().inputSchema()).isNull();
        assertThat(server.getSpec().tools().get(1).inputSchema()).hasToString("{\"default\":null,\"maximum\":1.5}");
    }

    @Test
    void decodesTheLabelsOfNamespaces() {
        // When
        var document = ManifestReader.read("f", """
                apiVersion: v1
                kind: Namespace
                metadata: {name: dev, labels: {chaperone.dev/governed: "true"}}
                spec: {finalizers: [kubernetes]}
                """).getFirst();

        // Then
        var namespace = (Namespace) ((Decoded) document).resource();
        assertThat(namespace.getMetadata().getLabels()).containsEntry("chaperone.dev/governed", "true");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "# nothing\n", "---\n---\n", "null\n", "~", "\ufeff", "--- # a\n# b\n...\n"})
    void findsNothingInEmptyDocuments(String text) {
        assertThat(ManifestReader.read("f", text)).isEmpty();
    }

    @Test
    void refusesLongFiles() {
        // When
        List<ManifestDocument> documents = ManifestReader.read("f", "#" + "x".repeat(ManifestReader.MAX_LENGTH));

        // Then
        assertThat(documents).singleElement().asString().contains("longer than 1048576 characters");
    }

    @Test
    void refusesDocumentsBeyondTheThousandth() {
        // When
        List<ManifestDocument> documents = ManifestReader.read("f", "---\na: b\n".repeat(2000));

        // Then
        assertThat(documents).hasSize(ManifestReader.MAX_DOCUMENTS + 1);
        assertThat(documents.getLast()).asString().contains("more than 1000 documents");
    }

    @Test
    void countsTheProblemsThatItDoesNotTell() {
        // Given
        String text = SERVER.replace("spec:\n", "spec:\n" + "  zzz: 1\n".repeat(150));

        // When
        var document = (Undecodable) ManifestReader.read("f", text).getFirst();

        // Then
        assertThat(document.issues()).hasSize(Problems.MOST_TOLD + 1);
        assertThat(document.issues().getLast().message()).isEqualTo("and 199 more problems, not shown");
    }

    @Test
    void aliasesNestNoDeeperThanWhatTheyStandFor() {
        // Given
        String level = "[".repeat(50) + "%s" + "]".repeat(50);
        String text = "a: &a " + level.formatted("1") + "\nb: " + level.formatted("*a") + "\n";

        // When
        List<ManifestDocument> documents = ManifestReader.read("f", text);

        // Then
        assertThat(documents).singleElement().asString().contains("nested deeper than 64");
    }

    @Test
    void anAnchorDoesNotHoldItself() {
        assertThat(ManifestReader.read("f", "a: &a [*a]")).singleElement().asString().contains("no anchor before it");
    }
}
