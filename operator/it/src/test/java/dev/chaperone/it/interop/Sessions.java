package dev.chaperone.it.interop;

import dev.chaperone.it.interop.Operation.ListTools;
import dev.chaperone.it.interop.Operation.Prompt;
import dev.chaperone.it.interop.Operation.Read;
import java.util.List;
import java.util.Map;

/** What agents do with the public servers: results, errors, streams, and questions back to the agent. */
final class Sessions {
    private static final List<Operation> DUAL = List.of(
            Operation.call("echo", Map.of("message", "héllo ✓")),
            Operation.call("add", Map.of("a", 2, "b", 3.5)),
            Operation.call("write_note", Map.of("path", "a/b.txt", "text", "note")),
            Operation.call("write_note", Map.of("path", "../evil.txt", "text", "note")),
            Operation.call("slow_count", Map.of("steps", 3, "delayMs", 50)),
            Operation.call("ask_user", Map.of("question", "colour?")),
            Operation.call("ask_model", Map.of("prompt", "hi")),
            Operation.call("forecast", Map.of("region", "Zürich")),
            Operation.call("no_such_tool", Map.of()),
            Operation.call("add", Map.of("a", "x")),
            new Read("note://readme"),
            new Read("note://missing"),
            new Prompt("summarize", Map.of("topic", "tests")),
            new ListTools());
    private static final List<Operation> EVERYTHING = List.of(
            Operation.call("echo", Map.of("message", "héllo ✓ \u0000 𝄞")),
            Operation.call("get-sum", Map.of("a", 2, "b", 3.5)),
            Operation.call("get-tiny-image", Map.of()),
            Operation.call("get-resource-links", Map.of("count", 2)),
            Operation.call("get-annotated-message", Map.of("messageType", "error", "includeImage", false)),
            Operation.call("trigger-long-running-operation", Map.of("duration", 1, "steps", 2)),
            Operation.call("trigger-elicitation-request", Map.of()),
            Operation.call("trigger-sampling-request", Map.of("prompt", "hi", "maxTokens", 10)),
            Operation.call("get-roots-list", Map.of()),
            Operation.call("nope", Map.of()),
            Operation.call("get-sum", Map.of("a", "x")),
            new Read("demo://resource/static/document/architecture.md"),
            new Read("demo://resource/none"),
            new Prompt("args-prompt", Map.of("city", "Bern")),
            new Prompt("none", Map.of()),
            new ListTools());
    private static final List<Operation> DUAL_BY_COMMAND_LINE = List.of(
            new ListTools(),
            // Runs as a task in the modern era, and fails.
            Operation.call("failing_job", Map.of()));
    private static final List<Operation> EVERYTHING_BY_COMMAND_LINE = List.of(
            new ListTools(),
            // Runs as a task of 2025-11-25.
            Operation.call("simulate-research-query", Map.of("topic", "tea")));

    private Sessions() {}

    /** A session of this client with this server. */
    static List<Operation> of(ToolServer server, AgentClient client, Workspace files) {
        boolean commandLine = client instanceof InspectorClient;
        return switch (server.name()) {
            case "dual" -> commandLine ? DUAL_BY_COMMAND_LINE : DUAL;
            case "everything" -> commandLine ? EVERYTHING_BY_COMMAND_LINE : EVERYTHING;
            default -> commandLine ? files(files).subList(0, 2) : files(files);
        };
    }

    private static List<Operation> files(Workspace files) {
        String news = files.path("open/new.txt");
        return List.of(
                Operation.call("write_file", Map.of("path", news, "content", "line 1, line 2 ✓")),
                Operation.call("read_text_file", Map.of("path", "/etc/passwd")),
                new ListTools(),
                Operation.call("read_text_file", Map.of("path", news)),
                Operation.call("list_directory", Map.of("path", files.path("open"))),
                Operation.call("edit_file", Map.of(
                        "path", news,
                        "edits", List.of(Map.of("oldText", "line 1", "newText", "LINE 1")),
                        "dryRun", true)),
                Operation.call("move_file", Map.of("source", news, "destination", files.path("open/newer.txt"))),
                Operation.call("directory_tree", Map.of("path", files.root().toString())),
                Operation.call("nope", Map.of()));
    }
}
