package dev.chaperone.guardrail.proxy;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A request as a well-behaved agent would send it, to be spoilt in one place. */
final class Request {
    static final String MODERN = "2026-07-28";

    private String line;
    private final List<RawHttp.Field> fields = new ArrayList<>();
    private byte[] body;

    private Request(String line, byte[] body) {
        this.line = line;
        this.body = body;
        with("Host", "127.0.0.1");
    }

    static Request get(String server) {
        return new Request("GET /mcp/" + server + " HTTP/1.1", null).with("Accept", "text/event-stream");
    }

    static Request delete(String server) {
        return new Request("DELETE /mcp/" + server + " HTTP/1.1", null);
    }

    static Request post(String server, String body) {
        return post(server, body.getBytes(StandardCharsets.UTF_8));
    }

    static Request post(String server, byte[] body) {
        return new Request("POST /mcp/" + server + " HTTP/1.1", body)
                .with("Content-Type", "application/json")
                .with("Accept", "application/json, text/event-stream");
    }

    /** A call in the legacy era. */
    static Request call(String server, String tool, String arguments) {
        return post(server, callBody(tool, arguments));
    }

    static String callBody(String tool, String arguments) {
        return "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"" + tool
                + "\",\"arguments\":" + arguments + "}}";
    }

    /** A call in the modern era, with all its headers. */
    static Request modernCall(String server, String tool, String arguments) {
        return modern(server, "tools/call", "\"name\":\"" + tool + "\",\"arguments\":" + arguments)
                .with("Mcp-Name", tool);
    }

    /** @param params members of params, without the braces */
    static Request modern(String server, String method, String params) {
        return post(server, modernBody(method, params))
                .with("MCP-Protocol-Version", MODERN)
                .with("Mcp-Method", method);
    }

    static String modernBody(String method, String params) {
        return "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" + method + "\",\"params\":{" + params
                + (params.isEmpty() ? "" : ",")
                + "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"" + MODERN
                + "\",\"io.modelcontextprotocol/clientCapabilities\":{}}}}";
    }

    static Request rpc(String server, String method) {
        return post(server, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" + method + "\"}");
    }

    Request line(String newLine) {
        line = newLine;
        return this;
    }

    Request with(String name, String value) {
        fields.add(new RawHttp.Field(name, value));
        return this;
    }

    Request without(String name) {
        fields.removeIf(field -> field.name().equalsIgnoreCase(name));
        return this;
    }

    Request replaced(String name, String value) {
        return without(name).with(name, value);
    }

    Request body(String newBody) {
        return body(newBody.getBytes(StandardCharsets.UTF_8));
    }

    Request body(byte[] newBody) {
        body = newBody;
        return this;
    }

    byte[] body() {
        return body;
    }

    /** The head without the line that ends it, and without any length. */
    String openHead() {
        StringBuilder head = new StringBuilder(line).append("\r\n");
        fields.forEach(field -> head.append(field.name()).append(": ").append(field.value()).append("\r\n"));
        return head.toString();
    }

    byte[] bytes() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        String length = body == null ? "" : "Content-Length: " + body.length + "\r\n";
        out.writeBytes((openHead() + length + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
        if (body != null) {
            out.writeBytes(body);
        }
        return out.toByteArray();
    }

    /** The same in chunks, as the test writes them: {@code %s} stands for nothing, sizes are its business. */
    byte[] chunked(String chunks) {
        return (openHead() + "Transfer-Encoding: chunked\r\n\r\n" + chunks).getBytes(StandardCharsets.ISO_8859_1);
    }

    /** The body in proper chunks of this size. */
    static String chunks(byte[] body, int size) {
        StringBuilder chunks = new StringBuilder();
        for (int at = 0; at < body.length; at += size) {
            int length = Math.min(size, body.length - at);
            chunks.append(Integer.toHexString(length)).append("\r\n")
                    .append(new String(body, at, length, StandardCharsets.ISO_8859_1)).append("\r\n");
        }
        return chunks.append("0\r\n\r\n").toString();
    }
}
