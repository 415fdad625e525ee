package dev.chaperone.it.interop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.json.jackson2.JacksonMcpJsonMapper;
import io.modelcontextprotocol.spec.McpError;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.ClientCapabilities;
import io.modelcontextprotocol.spec.McpSchema.CreateMessageResult;
import io.modelcontextprotocol.spec.McpSchema.ElicitResult;
import io.modelcontextprotocol.spec.McpSchema.GetPromptRequest;
import io.modelcontextprotocol.spec.McpSchema.ReadResourceRequest;
import io.modelcontextprotocol.spec.McpSchema.Role;
import io.modelcontextprotocol.spec.McpSchema.Root;
import io.modelcontextprotocol.spec.McpSchema.Tool;
import java.net.URI;
import java.util.List;
import java.util.Map;

/** The Java SDK, which speaks the legacy era only and gives a request 20 s. */
final class JavaClient implements AgentClient {
    @Override
    public Era era() {
        return Era.LEGACY;
    }

    @Override
    public List<JsonNode> does(URI server, List<Operation> operations) {
        try (McpSyncClient client = connect(server, false)) {
            return operations.stream().map(operation -> does(client, operation)).toList();
        }
    }

    /**
     * Connects, and leaves it to the caller to end the session.
     *
     * @param listening whether the client holds a stream open, over which the server may speak at any time
     */
    static McpSyncClient connect(URI server, boolean listening) {
        var transport = HttpClientStreamableHttpTransport.builder(server.resolve("/").toString())
                .endpoint(server.getPath())
                .openConnectionOnStartup(listening)
                .jsonMapper(new JacksonMcpJsonMapper(JSON))
                .build();
        McpSyncClient client = McpClient.sync(transport)
                .capabilities(ClientCapabilities.builder().elicitation().sampling().roots(false).build())
                .elicitation(_ -> new ElicitResult(ElicitResult.Action.ACCEPT, Map.of("answer", "blue")))
                .sampling(_ -> CreateMessageResult.builder(Role.ASSISTANT, "a model answer", "none").build())
                .roots(Root.builder("file:///tmp").name("tmp").build())
                .build();
        client.initialize();
        return client;
    }

    private static JsonNode does(McpSyncClient client, Operation operation) {
        try {
            return switch (operation) {
                case Operation.Call call ->
                    tree(client.callTool(CallToolRequest.builder(call.tool()).arguments(call.arguments()).build()));
                case Operation.ListTools _ -> tree(client.listTools().tools().stream().map(Tool::name).toList());
                case Operation.Read read -> tree(client.readResource(ReadResourceRequest.builder(read.uri()).build()));
                case Operation.Prompt prompt ->
                    tree(client
                            .getPrompt(GetPromptRequest.builder(prompt.name()).arguments(prompt.arguments()).build()));
            };
        } catch (McpError e) {
            McpSchema.JSONRPCResponse.JSONRPCError error = e.getJsonRpcError();
            return exception(e).put("code", error == null ? 0 : error.code());
        } catch (RuntimeException e) {
            return exception(e);
        }
    }

    private static ObjectNode exception(RuntimeException e) {
        return JSON.createObjectNode().put("exception", String.valueOf(e.getMessage()));
    }

    private static JsonNode tree(Object value) {
        return JSON.valueToTree(value);
    }

    @Override
    public String toString() {
        return "Java SDK, legacy";
    }
}
