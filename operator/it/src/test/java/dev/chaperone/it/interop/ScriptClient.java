package dev.chaperone.it.interop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * A client of the kit: the scripts there share one command line.
 *
 * @param command installs what it needs, when that is not done yet
 */
record ScriptClient(String name, Era era, Supplier<List<String>> command) implements AgentClient {
    static AgentClient typeScript(int version, Era era) {
        return new ScriptClient("TypeScript SDK v" + version, era, () -> Kit.node("client-ts-v" + version + ".mjs"));
    }

    static AgentClient python(Era era) {
        return new ScriptClient("Python SDK", era, () -> Kit.python("client-python.py"));
    }

    @Override
    public List<JsonNode> does(URI server, List<Operation> operations) {
        List<String> line = new ArrayList<>(command.get());
        line.addAll(List.of(server.toString(), "session", "--era", era.option(), "--progress"));
        String input = operations.stream().map(ScriptClient::json).collect(Collectors.joining("\n"));
        try {
            Program.Result result = Program.run(Kit.HOME, PATIENCE, input, line);
            List<JsonNode> told = new ArrayList<>();
            for (String answer : result.out().lines().toList()) {
                told.add(JSON.readTree(answer));
            }
            // Progress notifications, and what the library complains about.
            told.add(JSON.getNodeFactory().textNode(result.err()));
            return told;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String json(Operation operation) {
        ObjectNode json = JSON.createObjectNode();
        switch (operation) {
            case Operation.Call call -> json.put("tool", call.tool()).set("args", JSON.valueToTree(call.arguments()));
            case Operation.ListTools _ -> json.put("list", true);
            case Operation.Read read -> json.put("uri", read.uri());
            case Operation.Prompt prompt -> json.put("prompt", prompt.name())
                    .set("args", JSON.valueToTree(prompt.arguments()));
        }
        return json.toString();
    }

    @Override
    public String toString() {
        return name + ", " + era.option();
    }
}
