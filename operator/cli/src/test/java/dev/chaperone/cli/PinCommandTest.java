package dev.chaperone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chaperone.config.JsonTrees;
import dev.chaperone.config.ToolDefinitions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PinCommandTest {
    private static final String ADD = "{\"name\":\"add\",\"description\":\"Adds.\",\"inputSchema\":{\"maximum\":1.50}}";
    private static final String SUB = "{\"name\":\"sub\"}";
    private static final String OLD = "sha256:" + "0".repeat(64);

    @TempDir
    Path directory;

    private static String digest(String tool) {
        try {
            return ToolDefinitions.digest(JsonTrees.readEveryDigit(tool.getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private Path file(String tools) throws IOException {
        return Files.writeString(directory.resolve("server.yaml"), """
                # Who adds.
                apiVersion: chaperone.dev/v1alpha1
                kind: ToolServer
                metadata: {name: maths, namespace: dev}  # ours
                spec:
                  url: http://maths.dev.svc:8080/mcp
                """ + tools);
    }

    private Path saved(String... tools) throws IOException {
        return Files.writeString(directory.resolve("list.json"),
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"tools\":[" + String.join(",", tools) + "]}}");
    }

    private static int pin(Object... arguments) {
        List<String> all = new ArrayList<>(List.of("pin", "--in-place"));
        for (Object argument : arguments) {
            all.add(argument.toString());
        }
        return ChaperoneMain.run(all.toArray(String[]::new));
    }

    @Test
    void digests_are_written_and_everything_else_stays_as_it_is() throws Exception {
        // Given
        Path file = file("""
                  tools:
                  # the first one
                  - name: add   # adds
                    stakes: Low
                  - {name: sub, stakes: High}
                """);

        // When
        int exit = pin(file, "--list", saved(ADD, SUB, "{\"name\":\"other\"}"));

        // Then
        assertThat(exit).isEqualTo(ExitCode.FINE);
        assertThat(Files.readString(file)).isEqualTo("""
                # Who adds.
                apiVersion: chaperone.dev/v1alpha1
                kind: ToolServer
                metadata: {name: maths, namespace: dev}  # ours
                spec:
                  url: http://maths.dev.svc:8080/mcp
                  tools:
                  # the first one
                  - name: add   # adds
                    definition: %s
                    stakes: Low
                  - {definition: %s, name: sub, stakes: High}
                """.formatted(digest(ADD), digest(SUB)));
    }

    @Test
    void what_is_pinned_already_is_fine_and_nothing_is_written() throws Exception {
        // Given
        Path file = file("  tools: [{name: add, definition: '" + digest(ADD) + "'}]\n");
        String before = Files.readString(file);

        // When
        int exit = pin(file, "--list", saved(ADD));

        // Then
        assertThat(exit).isEqualTo(ExitCode.FINE);
        assertThat(Files.readString(file)).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"  - {name: add, definition: \"%s\"} # old\n", "  - name: add\n    definition: %s\n",
            "  - definition: '%s'\n    name: 'add'\n", "  - \"name\": add\n    definition:\n      %s\n"})
    void a_tool_that_changed_is_a_finding_and_its_new_digest_is_written(String tool) throws Exception {
        // Given
        Path file = file("  tools:\n" + tool.formatted(OLD));
        String before = Files.readString(file);

        // When
        int exit = pin(file, "--list", saved(ADD));

        // Then
        assertThat(exit).isEqualTo(ExitCode.FINDINGS);
        assertThat(Files.readString(file)).isEqualTo(before.replace(OLD, digest(ADD)));
    }

    @Test
    void json_stays_json() throws Exception {
        // Given
        Path file = Files.writeString(directory.resolve("server.json"), """
                {"apiVersion": "chaperone.dev/v1alpha1", "kind": "ClusterToolServer", "metadata": {"name": "maths"},
                 "spec": {"namespaceSelector": {}, "url": "http://m.dev.svc/mcp", "tools": [{"name": "add"}]}}
                """);

        // When
        int exit = pin(file, "--list", saved(ADD));

        // Then
        assertThat(exit).isEqualTo(ExitCode.FINE);
        assertThat(Files.readString(file))
                .contains("[{\"definition\": \"" + digest(ADD) + "\", \"name\": \"add\"}]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"name\":\"other\"}", "{\"name\":\"add\"},{\"name\":\"add\"}",
            "{\"name\":\"add\",\"inputSchema\":{\"maximum\":18446744073709551615}}"})
    void what_cannot_be_pinned_is_a_finding_and_stays_as_it_was(String listed) throws Exception {
        // Given
        Path file = file("  tools: [{name: add, definition: '" + OLD + "'}]\n");
        String before = Files.readString(file);

        // When
        int exit = pin(file, "--list", saved(listed));

        // Then
        assertThat(exit).isEqualTo(ExitCode.FINDINGS);
        assertThat(Files.readString(file)).isEqualTo(before);
    }

    @Test
    void a_manifest_whose_edit_would_change_another_server_too_is_left_alone() throws Exception {
        // Given
        Path file = Files.writeString(directory.resolve("list.yaml"), """
                apiVersion: v1
                kind: List
                items:
                - apiVersion: chaperone.dev/v1alpha1
                  kind: ToolServer
                  metadata: {name: one, namespace: dev}
                  spec: {url: 'http://x/', tools: &tools [{name: add}]}
                - apiVersion: chaperone.dev/v1alpha1
                  kind: ToolServer
                  metadata: {name: other, namespace: dev}
                  spec: {url: 'http://x/', tools: *tools}
                """);
        String before = Files.readString(file);

        // When
        int exit = pin(file, "--server", "other", "--list", saved(ADD));

        // Then
        assertThat(exit).isEqualTo(ExitCode.FINDINGS);
        assertThat(Files.readString(file)).isEqualTo(before);
    }

    @ParameterizedTest
    @EnumSource
    void a_server_is_asked_for_all_of_its_pages(ListingHttpServer.Kind kind) throws Exception {
        // Given
        Path file = file("  tools: [{name: add}, {name: sub}]\n");
        try (var server = new ListingHttpServer(kind, SUB, "", ADD)) {
            // When
            int exit = pin(file, "--url", server.url());

            // Then
            assertThat(exit).isEqualTo(ExitCode.FINE);
            assertThat(Files.readString(file)).contains(digest(ADD), digest(SUB));
            assertThat(server.methods).filteredOn("tools/list"::equals).hasSize(3);
            assertThat(server.methods.contains("DELETE")).isEqualTo(kind != ListingHttpServer.Kind.MODERN);
        }
    }

    @Test
    void a_server_that_wants_a_credential_gets_it() throws Exception {
        // Given
        Path file = file("  tools: [{name: add}]\n");
        Path token = Files.writeString(directory.resolve("token"), "t0ken\n");
        try (var server = new ListingHttpServer(ListingHttpServer.Kind.LEGACY, ADD)) {
            server.token = "t0ken";

            // When
            List<Integer> exits = List.of(pin(file, "--url", server.url()),
                    pin(file, "--url", server.url(), "--token-file", token));

            // Then
            assertThat(exits).containsExactly(ExitCode.ENVIRONMENT, ExitCode.FINE);
        }
    }

    @Test
    void what_is_used_wrongly_or_missing_is_said_by_the_exit_code() throws Exception {
        // Given
        Path file = file("  tools: [{name: add}]\n---\napiVersion: chaperone.dev/v1alpha1\nkind: ToolServer\n"
                + "metadata: {name: b, namespace: dev}\nspec: {url: 'http://127.0.0.1:1/mcp'}\n");
        Path list = saved(ADD);
        Path broken = Files.writeString(directory.resolve("broken.yaml"), "kind: ToolServer\nspec: {}\n");

        // When
        List<Integer> exits = List.of(pin(file, "--list", list), pin(file, "--server", "c"),
                pin(directory.resolve("none.yaml")), pin(file, "--server", "b"), pin(broken),
                pin(file, "--server", "maths", "--list", broken), pin(file, "--server", "maths", "--list", list));

        // Then
        assertThat(exits).containsExactly(ExitCode.USAGE, ExitCode.USAGE, ExitCode.ENVIRONMENT, ExitCode.ENVIRONMENT,
                ExitCode.FINDINGS, ExitCode.ENVIRONMENT, ExitCode.FINE);
    }
}
