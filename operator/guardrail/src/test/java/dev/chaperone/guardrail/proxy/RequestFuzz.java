package dev.chaperone.guardrail.proxy;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** What an agent may send that is broken, means harm, or only has a bad connection; each from one number. */
final class RequestFuzz {
    private static final List<String> SERVERS = List.of("files", "shop", "wide", "typed");
    private static final List<String> TARGETS = List.of("/mcp/files/../shop", "/mcp/files?x=1", "/mcp/FILES",
            "//mcp/files", "/mcp/files%2f", "/mcp/f%69les", "*", "/", "/mcp/none", "/mcp/files/",
            "http://127.0.0.1/mcp/files", "http://169.254.169.254/mcp/shop", "/mcp/files#x", "/mcp/files\u00e4");
    private static final List<String> FIELDS = List.of("Host: evil.example", "Host: 127.0.0.1", "Host:",
            "Host: 127.0.0.1:80@evil.example", "Origin: http://evil.example", "Origin: null",
            "Origin: http://localhost", "Content-Length: 0", "Content-Length: 5", "Content-Length: +5",
            "Content-Length: 5, 5", "Content-Length: 18446744073709551617", "Content-Length: -1",
            "Transfer-Encoding: chunked", "Transfer-Encoding: xchunked", "Transfer-Encoding: chunked, identity",
            "Transfer-Encoding:\u000bchunked", "Transfer-Encoding: \"chunked\"", "transfer-encoding: CHUNKED",
            "Transfer_Encoding: chunked", "Transfer-Encoding : chunked", "Content-Encoding: gzip",
            "Content-Type: application/json; charset=utf-16", "Content-Type: text/plain", "content-type: x",
            "Expect: 100-continue", "Expect: x", "Connection: close", "Connection: keep-alive, Content-Length",
            "Connection: Host", "Upgrade: websocket", "Upgrade: h2c", "Trailer: Content-Length", "TE: trailers",
            "Authorization: Bearer mine", "MCP-Protocol-Version: 2026-07-28", "MCP-Protocol-Version: 2025-11-25",
            "MCP-Protocol-Version: 2099-01-01", "Mcp-Method: tools/list", "Mcp-Method: tools/call",
            "Mcp-Name: delete_file", "Mcp-Name: read_file", "Mcp-Name: =?base64?cmVhZF9maWxl?=", "Mcp-Param-Path: /x",
            "Mcp-Session-Id: stolen", "Last-Event-ID: 7", "X-Http-Method-Override: DELETE", "X: \u00e4\u0000",
            " folded: line", "nocolon", ": empty", "A\tB: c");

    /** How the agent ends. */
    enum End {
        WAITS, HALF_CLOSES, CLOSES, RESETS
    }

    /**
     * What is sent over one connection.
     *
     * @param cuts where it is cut into pieces
     * @param pauseMillis between two pieces
     * @param requests how many it was meant to be
     */
    record Attempt(byte[] bytes, int[] cuts, int pauseMillis, End end, int requests) {}

    private final Dice dice;
    private final String nonce;
    private final Map<String, String> sessions;

    private RequestFuzz(long seed, Map<String, String> sessions) {
        this.dice = new Dice(seed);
        this.nonce = Long.toHexString(seed);
        this.sessions = sessions;
    }

    /** @param sessions a session id per server */
    static Attempt attempt(long seed, Map<String, String> sessions) {
        return new RequestFuzz(seed, sessions).attempt();
    }

    private Attempt attempt() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        int requests = dice.chance(15) ? 2 + dice.below(3) : 1;
        boolean faultless = dice.chance(40);
        for (int i = 0; i < requests; i++) {
            all.writeBytes(faultless || (i > 0 && dice.chance(50)) ? framed(valid(i), false) : faulty(i));
        }
        byte[] bytes = all.toByteArray();
        if (!faultless && dice.chance(15)) {
            bytes = dice.spoilt(bytes);
        }
        if (!faultless && dice.chance(7)) {
            bytes = Arrays.copyOf(bytes, dice.below(bytes.length + 1));
        }
        int pieces = switch (dice.below(8)) {
            case 0, 1 -> 2 + dice.below(4);
            case 2 -> Math.min(bytes.length + 1, 2 + dice.below(200));
            default -> 1;
        };
        int pause = pieces < 10 ? dice.pick(0, 1, 5, 40) : 0;
        End end = switch (dice.below(25)) {
            case 0, 1 -> End.HALF_CLOSES;
            case 2, 3 -> End.CLOSES;
            case 4 -> End.RESETS;
            default -> End.WAITS;
        };
        return new Attempt(bytes, dice.cuts(bytes.length, pieces), pause, end, requests);
    }

    /** @param number keeps the calls of one attempt apart */
    private Request valid(int number) {
        String server = dice.pick(SERVERS);
        String arguments = server.equals("typed") && dice.chance(80)
                ? "{\"page\":" + ((nonce.hashCode() & 0x7FFFFFFFL) * 8 + number) + "}"
                : "{\"path\":\"/a/" + nonce + "-" + number
                        + "\",\"list\":[1,2.50,{\"a\":null}],\"t\":\"\u00e4\u20ac\"}";
        String allowed = server.equals("typed") ? "read_page" : "read_file";
        String tool = dice.chance(70) ? allowed : dice.pick("delete_file", "review_it", "write_file", "read_x");
        Request request = switch (dice.below(18)) {
            case 0, 1, 2, 3, 4 -> Request.call(server, tool, arguments);
            case 5, 6, 7, 8 -> Request.modernCall(server, tool, arguments);
            case 9 -> Request.rpc(server, dice.pick("tools/list", "ping", "resources/list", "tasks/list", "no/such"));
            case 10 -> Request.modern(server, dice.pick("tools/list", "server/discover", "prompts/list"), "");
            case 11 -> Request.post(server, "{\"jsonrpc\":\"2.0\",\"id\":\"i" + nonce + "\",\"method\":\"initialize\","
                    + "\"params\":{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{\"sampling\":{},\"roots\":{}},"
                    + "\"clientInfo\":{\"name\":\"c\",\"version\":\"1\"}}}");
            case 12 -> Request.post(server, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/"
                    + dice.pick("initialized", "cancelled", "progress") + "\",\"params\":{\"requestId\":1}}");
            case 13 -> Request.post(server, "{\"jsonrpc\":\"2.0\",\"id\":3,\"result\":{}}");
            case 14 -> Request.get(server);
            case 15 -> Request.delete(server);
            default -> Request.call(server, allowed, arguments);
        };
        if (dice.chance(30)) {
            request.with("Mcp-Session-Id", dice.chance(80) ? sessions.get(server) : sessions.get("files"));
        }
        return request;
    }

    private byte[] faulty(int number) {
        Request request = valid(number);
        boolean framing = false;
        for (int left = 1 + dice.below(2); left > 0; left--) {
            switch (dice.below(10)) {
                case 0, 1, 2, 3 -> mutateBody(request);
                case 4, 5, 6 -> mutateHead(request);
                case 7 -> mutateLine(request);
                default -> framing = true;
            }
        }
        return framed(request, framing);
    }

    private void mutateBody(Request request) {
        if (request.body() == null) {
            return;
        }
        String json = new String(request.body(), StandardCharsets.UTF_8);
        if (dice.chance(65)) {
            request.body(JsonFuzz.mutated(json, dice, nonce));
        } else if (!json.isEmpty()) {
            String another = Request.callBody(dice.pick("read_file", "delete_file"), "{\"path\":\"/b/" + nonce + "\"}");
            request.body(JsonFuzz.around(json, another, dice));
        }
    }

    private void mutateHead(Request request) {
        String field = dice.pick(FIELDS);
        int colon = Math.max(0, field.indexOf(':'));
        String name = field.substring(0, colon);
        String value = field.substring(Math.min(field.length(), colon + 1));
        switch (dice.below(8)) {
            case 0 -> request.without(dice.pick("Host", "Content-Type", "Mcp-Name", "Mcp-Method", "Accept",
                    "MCP-Protocol-Version"));
            case 1, 2 -> request.replaced(name, value);
            case 3 -> request.with("X-Large", "x".repeat(dice.below(24_000)));
            case 4 -> {
                for (int i = dice.below(400); i > 0; i--) {
                    request.with("X-Many-" + i, nonce);
                }
            }
            default -> request.with(name, value);
        }
    }

    private void mutateLine(Request request) {
        String method = dice.pick("POST", "GET", "DELETE", "HEAD", "OPTIONS", "PUT", "CONNECT", "post", "POST\t", "P");
        String version = dice.pick("HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "HTTP/1.1 ", "http/1.1", "");
        String target = dice.chance(50) ? "/mcp/" + dice.pick(SERVERS) : dice.pick(TARGETS);
        request.line(dice.pick("", "", "", "\r\n", "\n", " ") + method + " " + target + dice.pick(" ", " ", "  ", "\t")
                + version);
    }

    private byte[] framed(Request request, boolean faulty) {
        byte[] body = request.body();
        if (body == null || (!faulty && dice.chance(75))) {
            return request.bytes();
        }
        if (!faulty) {
            return request.chunked(Request.chunks(body, 1 + dice.below(body.length + 1)));
        }
        // What follows the body for one reader is a request for another.
        byte[] hidden = Request.call("files", dice.pick("delete_file", "read_hidden"), "{\"path\":\"" + nonce + "\"}")
                .bytes();
        String inner = new String(hidden, StandardCharsets.ISO_8859_1);
        String text = new String(body, StandardCharsets.ISO_8859_1);
        String chunks = Request.chunks(body, 1 + dice.below(body.length + 1));
        String size = Integer.toHexString(body.length);
        return switch (dice.below(8)) {
            case 0 -> raw(request, "Content-Length: " + body.length + "\r\nTransfer-Encoding: chunked", chunks + inner);
            case 1 -> raw(request, "Transfer-Encoding: chunked\r\nContent-Length: " + chunks.length(), chunks);
            case 2 -> raw(request, "Content-Length: " + (body.length + dice.below(400) - 200), text + inner);
            case 3 -> raw(request, "Content-Length: " + body.length + "\r\nContent-Length: "
                    + (body.length + hidden.length), text + inner);
            case 4 -> raw(request, dice.pick(FIELDS), dice.chance(50) ? chunks + inner : text + inner);
            case 5 -> request.chunked(dice.pick("0x", "-", "+", " ", "", "0".repeat(30), "f".repeat(17)) + size
                    + dice.pick("", ";a=b", " ; x", ";\n", "\n", "\0") + "\r\n" + text + "\r\n0\r\n\r\n" + inner);
            case 6 -> request.chunked(size + dice.pick("\r\n", "\n", "\r") + text + dice.pick("\r\n", "", "\n", "XX")
                    + "0\r\n" + dice.pick("", "Content-Length: 4\r\n", "Host: x\r\n", "bad\r\n") + "\r\n" + inner);
            default -> raw(request, "", text + inner);
        };
    }

    private static byte[] raw(Request request, String lines, String rest) {
        return (request.openHead() + (lines.isEmpty() ? "" : lines + "\r\n") + "\r\n" + rest)
                .getBytes(StandardCharsets.ISO_8859_1);
    }
}
