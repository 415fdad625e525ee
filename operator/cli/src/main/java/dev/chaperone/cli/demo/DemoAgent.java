package dev.chaperone.cli.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.json.jackson2.JacksonMcpJsonMapper;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.TextContent;
import io.modelcontextprotocol.spec.McpSchema.Tool;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The agent of the demonstration: a client of MCP that knows nothing of the guardrail but its address. */
final class DemoAgent implements AutoCloseable {
    private final URI guardrail;
    private final Map<String, McpSyncClient> clients = new TreeMap<>();

    /**
     * What the agent reads after a call.
     *
     * @param error whether the tool reports an error
     * @param text the text of the result
     */
    record Answer(boolean error, String text) {}

    /** @param guardrail for example {@code http://127.0.0.1:15080/mcp}; a tool server's name follows after a slash */
    DemoAgent(URI guardrail) {
        this.guardrail = guardrail;
    }

    List<String> tools(String server) {
        return client(server).listTools().tools().stream().map(Tool::name).sorted().toList();
    }

    Answer call(String server, String tool, Map<String, Object> arguments) {
        CallToolResult result = client(server)
                .callTool(CallToolRequest.builder(tool).arguments(arguments).build());
        String text = result.content().stream()
                .filter(TextContent.class::isInstance)
                .map(content -> ((TextContent) content).text())
                .reduce("", (before, next) -> before + next);
        return new Answer(Boolean.TRUE.equals(result.isError()), text);
    }

    private McpSyncClient client(String server) {
        return clients.computeIfAbsent(server, name -> {
            var transport = HttpClientStreamableHttpTransport.builder(guardrail.resolve("/").toString())
                    .endpoint(guardrail.getPath() + "/" + name)
                    .jsonMapper(new JacksonMcpJsonMapper(new ObjectMapper()))
                    .build();
            McpSyncClient client = McpClient.sync(transport).build();
            client.initialize();
            return client;
        });
    }

    @Override
    public void close() {
        clients.values().forEach(McpSyncClient::close);
    }
}
