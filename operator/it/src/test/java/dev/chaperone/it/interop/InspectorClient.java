package dev.chaperone.it.interop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/** The inspector's command line: a process and a session for each operation, which takes seconds. */
record InspectorClient(Era era) implements AgentClient {
    /** Its exit code when a tool's result is an error. */
    static final int TOOL_ERROR = 5;

    @Override
    public List<JsonNode> does(URI server, List<Operation> operations) {
        return operations.stream().map(operation -> does(server, operation)).toList();
    }

    private JsonNode does(URI server, Operation operation) {
        List<String> line = new ArrayList<>(Kit.node("node_modules/.bin/mcp-inspector"));
        line.addAll(List.of(
                "--cli", server.toString(), "--transport", "http", "--protocol-era", era.option(), "--format", "json",
                "--method"));
        switch (operation) {
            case Operation.ListTools _ -> line.add("tools/list");
            case Operation.Call call -> {
                line.addAll(List.of("tools/call", "--tool-name", call.tool()));
                call.arguments().forEach((name, value) -> line.addAll(List.of("--tool-arg", name + "=" + value)));
            }
            case Operation.Read _,Operation.Prompt _ -> throw new IllegalArgumentException("not of a tool");
        }
        try {
            Program.Result result = Program.run(Kit.HOME, PATIENCE, "", line);
            ObjectNode told = JSON.createObjectNode().put("exit", result.exit());
            return told.put("out", result.out()).put("err", result.err());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return "inspector, " + era.option();
    }
}
