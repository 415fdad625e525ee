package dev.chaperone.it.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import dev.chaperone.it.interop.AgentClient.Era;
import dev.chaperone.it.interop.Operation.ListTools;
import dev.chaperone.it.interop.Operation.Prompt;
import dev.chaperone.it.interop.Operation.Read;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Public clients and servers meet with the guardrail between them, and notice it only where a policy denies. */
class InteropIT {
    private static final String DENIED = "Denied (policy_denied): kept files stay as they are. "
            + "Policy does not permit this call; do not retry it.";
    private static final String RULES = """
            - {name: tools, tools: ["dual/*", "tools-only/*", "files/read_text_file"], verdict: Allow}
            - {name: no-notes, tools: ["dual/write_note"], verdict: Deny, message: kept files stay as they are}
            - name: write
              tools: ["files/write_file"]
              when: args.path.isWithin('ROOT')
              verdict: Allow
            - name: move
              tools: ["files/move_file"]
              when: args.source.isWithin('ROOT') && args.destination.isWithin('ROOT')
              verdict: Allow
            - name: kept-files
              tools: ["files/write_file"]
              when: args.path.isWithin('ROOT/kept')
              verdict: Deny
              message: kept files stay as they are
            - name: kept-files-are-not-moved
              tools: ["files/move_file"]
              when: >-
                args.source.isWithin('ROOT/kept') || args.destination.isWithin('ROOT/kept')
                || 'ROOT/kept'.isWithin(args.source)
              verdict: Deny
              message: kept files stay as they are
            """;

    @TempDir
    private static Path directory;

    private static final List<AutoCloseable> STARTED = new ArrayList<>();
    private static Workspace workspace;
    private static Path notes;
    private static ToolServer dual;
    private static ToolServer everything;
    private static ToolServer files;
    private static Guard open;
    private static Guard guard;

    @BeforeAll
    static void start() throws Exception {
        Path real = directory.toRealPath();
        workspace = new Workspace(Files.createDirectories(real.resolve("workspace")));
        notes = Files.createDirectories(real.resolve("notes"));
        dual = started(ToolServer.dualEra(notes));
        everything = started(ToolServer.everything());
        files = started(ToolServer.filesystem(workspace.root()));
        open = started(Guard.start(
                Files.createDirectories(real.resolve("open")),
                Guard.toolServer(dual, Guard.ALL_CAPABILITIES),
                Guard.toolServer(everything, Guard.ALL_CAPABILITIES),
                Guard.toolServer(files, Guard.ALL_CAPABILITIES),
                Guard.policy("- {name: all, tools: [\"*/*\"], verdict: Allow}")));
        guard = started(Guard.start(
                Files.createDirectories(real.resolve("guarded")),
                Guard.toolServer(dual, Guard.ALL_CAPABILITIES),
                Guard.toolServer("tools-only", dual, Guard.DEFAULT_CAPABILITIES),
                Guard.toolServer(files, Guard.DEFAULT_CAPABILITIES),
                Guard.policy(RULES.replace("ROOT", workspace.root().toString()))));
    }

    private static <T extends AutoCloseable> T started(T resource) {
        STARTED.add(resource);
        return resource;
    }

    @AfterAll
    static void stop() throws Exception {
        for (AutoCloseable resource : STARTED.reversed()) {
            resource.close();
        }
    }

    @BeforeEach
    void reset() throws IOException {
        workspace.reset();
    }

    static Stream<AgentClient> clients() {
        return AgentClient.all();
    }

    static Stream<AgentClient> libraries() {
        return AgentClient.libraries();
    }

    static Stream<AgentClient> legacyLibraries() {
        return AgentClient.libraries().filter(client -> client.era() == Era.LEGACY);
    }

    static Stream<AgentClient> modernLibraries() {
        return AgentClient.libraries().filter(client -> client.era() == Era.MODERN);
    }

    static Stream<Arguments> clientsAndServers() {
        Stream<Arguments> both = Stream.of("dual", "files")
                .flatMap(server -> AgentClient.all().map(client -> arguments(client, server)));
        Stream<Arguments> legacy = AgentClient.all().filter(client -> client.era() != Era.MODERN)
                .map(client -> arguments(client, "everything"));
        return Stream.concat(both, legacy);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("clientsAndServers")
    void whatIsAllowedIsAsWithoutGuardrail(AgentClient client, String name) throws IOException {
        // Given
        ToolServer server = Stream.of(dual, everything, files).filter(s -> s.name().equals(name)).findFirst().get();
        List<Operation> session = Sessions.of(server, client, workspace);
        List<JsonNode> direct = client.does(server.url(), session);
        workspace.reset();

        // When
        List<JsonNode> through = client.does(open.of(server), session);

        // Then
        assertThat(direct.getFirst().toString()).doesNotContain("exception");
        assertThat(comparable(through)).isEqualTo(comparable(direct));
    }

    @ParameterizedTest
    @MethodSource("modernLibraries")
    void thatAServerDoesNotSpeakTheEraIsToldAsWithoutGuardrail(AgentClient client) {
        // Given
        List<JsonNode> direct = client.does(everything.url(), List.of(new ListTools()));

        // When
        List<JsonNode> through = client.does(open.of(everything), List.of(new ListTools()));

        // Then
        assertThat(direct.getFirst().has("exception")).isTrue();
        assertThat(through).isEqualTo(direct);
    }

    // Names of tasks are random.
    private static List<String> comparable(List<JsonNode> told) {
        return told.stream().map(answer -> answer.toString().replaceAll("[0-9a-f]{32}", "ID")).toList();
    }

    @ParameterizedTest
    @MethodSource("clients")
    void deniedCallsLeaveFilesByteForByteAndSayWhy(AgentClient client) throws IOException {
        // Given
        Map<String, String> before = workspace.files("");

        // When
        List<JsonNode> told = client.does(guard.of(files), writesAndMoves());

        // Then
        assertThat(workspace.files("")).isEqualTo(before);
        assertThat(told.subList(0, 3)).allSatisfy(answer -> assertThat(answer.toString()).contains(DENIED));
    }

    @ParameterizedTest
    @MethodSource("clients")
    void theSameCallsChangeFilesWithoutThePolicy(AgentClient client) throws IOException {
        // When
        client.does(open.of(files), writesAndMoves());

        // Then
        assertThat(workspace.files(""))
                .isEqualTo(Map.of("open/moved.txt", "changed", "kept/draft.txt", "a draft\n"));
    }

    private static List<Operation> writesAndMoves() {
        String kept = workspace.path(Workspace.KEPT);
        return List.of(
                Operation.call("write_file", Map.of("path", kept, "content", "changed")),
                Operation.call("move_file", Map.of("source", kept, "destination", workspace.path("open/moved.txt"))),
                Operation.call("move_file", Map.of(
                        "source", workspace.path(Workspace.DRAFT), "destination", workspace.path("kept/draft.txt"))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"open/../kept/", "/kept//", "./kept/./", "kept/../kept/", "kept\u0000/",
            "../workspace/kept/",
            "open/%2e%2e/kept/", "open/%2E%2E%2Fkept/", "open/..%2fkept/", "open/%252e%252e/kept/", "%6bept/",
            "open\\..\\kept\\", "open/..\\kept/", "open/\uFF0E\uFF0E/kept/", "open/\u2025/kept/", "kept /", "KEPT/",
            "~/kept/", "open/\u202E../kept/"})
    void pathTricksGetNowhere(String folder) throws IOException {
        // Given
        Map<String, String> before = workspace.files("kept");

        // When
        new JavaClient().does(guard.of(files), tricks(workspace.path(folder)));

        // Then
        assertThat(workspace.files("kept")).isEqualTo(before);
        assertThat(workspace.files("open").values()).doesNotContainAnyElementsOf(before.values());
    }

    @ParameterizedTest
    @ValueSource(strings = {"kept/", "~/kept/", "file:///ROOT/kept/", "\"/ROOT/kept/", " /ROOT/kept/", "./kept/"})
    void neitherDoPathsWithoutTheRoot(String folder) throws IOException {
        // Given
        Map<String, String> before = workspace.files("kept");
        String rooted = folder.replace("/ROOT", workspace.root().toString());

        // When
        new JavaClient().does(guard.of(files), tricks(rooted));

        // Then
        assertThat(workspace.files("kept")).isEqualTo(before);
        assertThat(workspace.files("open").values()).doesNotContainAnyElementsOf(before.values());
    }

    @ParameterizedTest
    @ValueSource(strings = {"open/../kept/", "/kept//", "./kept/./", "kept/../kept/"})
    void suchPathsDoReachTheFileWithoutThePolicy(String folder) throws IOException {
        // Given
        Map<String, String> before = workspace.files("kept");

        // When
        new JavaClient().does(open.of(files), tricks(workspace.path(folder)));

        // Then
        assertThat(workspace.files("kept")).isNotEqualTo(before);
    }

    private static List<Operation> tricks(String folder) {
        return List.of(
                Operation.call("write_file", Map.of("path", folder + "ledger.txt", "content", "changed")),
                Operation.call("write_file", Map.of("path", folder + "new.txt", "content", "new")),
                Operation.call("move_file", Map.of(
                        "source", workspace.path(Workspace.DRAFT), "destination", folder + "draft.txt")),
                Operation.call("move_file", Map.of(
                        "source", folder + "ledger.txt", "destination", workspace.path("open/moved.txt"))));
    }

    @ParameterizedTest
    @MethodSource("libraries")
    void aDeniedToolIsNeitherShownNorRun(AgentClient client) throws IOException {
        // When
        List<JsonNode> told = client.does(guard.of(dual), List.of(
                new ListTools(),
                Operation.call("write_note", Map.of("path", "denied.txt", "text", "x")),
                Operation.call("echo", Map.of("message", "still here"))));

        // Then
        assertThat(told.get(0)).extracting(JsonNode::asText).contains("echo").doesNotContain("write_note");
        assertThat(told.get(1).toString()).contains(DENIED).contains("\"isError\":true");
        assertThat(told.get(2).toString()).contains("still here");
        assertThat(notes.resolve("denied.txt")).doesNotExist();
    }

    @ParameterizedTest
    @MethodSource("libraries")
    void aServerThatIsDeclaredForToolsGivesNothingElse(AgentClient client) {
        // When
        List<JsonNode> told = client.does(guard.of("tools-only"), List.of(
                Operation.call("echo", Map.of("message", "tools do")),
                new Read("note://readme"),
                new Prompt("summarize", Map.of("topic", "x")),
                Operation.call("ask_user", Map.of("question", "?")),
                Operation.call("ask_model", Map.of("prompt", "?"))));

        // Then
        assertThat(told.get(0).toString()).contains("tools do");
        assertThat(told.subList(1, 3)).allSatisfy(answer -> assertThat(answer.has("exception")).isTrue());
        assertThat(told.subList(3, 5)).allSatisfy(answer -> assertThat(answer.toString())
                .contains("declare the required capability"));
    }

    @ParameterizedTest
    @MethodSource("legacyLibraries")
    void aResultThatIsTooLargeIsAnError(AgentClient client) throws IOException {
        // Given
        workspace.write("open/large.txt", "x".repeat(5_000_000));
        List<Operation> read = List.of(
                Operation.call("read_text_file", Map.of("path", workspace.path("open/large.txt"))));

        // When
        List<JsonNode> told = client.does(guard.of(files), read);

        // Then
        assertThat(told.getFirst().path("exception").asText()).contains("too large");
    }

    @Test
    void stoppingDoesNotWaitForAClientThatListens(@TempDir Path directory) {
        // Given
        Guard stopping = Guard.start(
                directory,
                Guard.toolServer(dual, Guard.DEFAULT_CAPABILITIES),
                Guard.policy("- {name: all, tools: [\"*/*\"], verdict: Allow}"));
        URI address = stopping.of(dual);
        try (stopping; var client = JavaClient.connect(address, true)) {
            client.listTools();
            long start = System.nanoTime();

            // When
            stopping.close();

            // Then
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
        }
    }
}
