package dev.chaperone.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.chaperone.guardrail.Guardrail;
import dev.chaperone.guardrail.GuardrailSettings;
import dev.chaperone.guardrail.proxy.Limits;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** All actors in this process, with sockets between them, and the policies in a folder. */
final class LocalStage implements Stage, AutoCloseable {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Path policies;
    private final Path audit;
    private final DemoTools tools;
    private final Guardrail guardrail;
    private final DemoAgent agent;

    /** @param directory an empty folder for everything that is written */
    LocalStage(Path directory, Demo.SourceFactory sources) throws Exception {
        this.policies = directory.resolve("policies");
        Path state = directory.resolve("state");
        this.audit = state.resolve("audit.jsonl");
        DemoTools.writeWorkspace(directory);
        tools = DemoTools.start(directory, new InetSocketAddress("127.0.0.1", 0), "");
        try {
            writePolicies();
            guardrail = Guardrail.start(settings(state), sources.of(policies, state), Clock.systemUTC());
        } catch (Exception e) {
            tools.close();
            throw e;
        }
        agent = new DemoAgent(URI.create("http://127.0.0.1:" + guardrail.address().getPort() + "/mcp"));
    }

    private GuardrailSettings settings(Path state) {
        InetSocketAddress anyPort = new InetSocketAddress("127.0.0.1", 0);
        return new GuardrailSettings(
                "default/assistant", anyPort, anyPort, Set.of(), state, audit, null, null, null, Limits.DEFAULT);
    }

    private void writePolicies() throws IOException {
        for (Map.Entry<String, String> manifest : DemoPolicies
                .read(server -> "http://127.0.0.1:" + tools.port() + "/" + server).entrySet()) {
            Path file = policies.resolve(manifest.getKey());
            Files.createDirectories(file.getParent());
            Files.writeString(file, manifest.getValue());
        }
    }

    @Override
    public List<String> tools(String server) {
        return agent.tools(server);
    }

    @Override
    public Call call(String server, String tool, Map<String, Object> arguments) throws IOException {
        DemoAgent.Answer answer = agent.call(server, tool, arguments);
        return new Call(answer, lastDecision());
    }

    private JsonNode lastDecision() throws IOException {
        for (String line : Files.readAllLines(audit).reversed()) {
            JsonNode entry = MAPPER.readTree(line);
            if (entry.path("event").asText().equals("decision")) {
                return entry;
            }
        }
        throw new IOException("the audit trail has no decision");
    }

    @Override
    public String file(String path) throws IOException {
        return tools.file(path);
    }

    @Override
    public void editCeiling() throws IOException {
        Path file = policies.resolve(DemoPolicies.CEILING);
        Files.writeString(file, DemoPolicies.raised(Files.readString(file)));
    }

    @Override
    public int reached() {
        return tools.calls();
    }

    @Override
    public void close() throws IOException {
        try (tools; guardrail; agent) {
            // Closed in the order in which calls pass.
        }
    }
}
