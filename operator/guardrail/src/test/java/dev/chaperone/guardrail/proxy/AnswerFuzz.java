package dev.chaperone.guardrail.proxy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** A tool server that is broken or means harm: to the same request it answers the same, under the same seed. */
final class AnswerFuzz implements ToolServer.Behaviour {
    private static final List<String> STATUSES = List.of("200 OK", "200 OK", "200 OK", "201 X", "202 Accepted",
            "204 No Content", "205 Reset", "206 Part", "301 Moved", "304 Same", "400 Bad", "401 No", "403 No", "404 No",
            "405 No", "418", "500 Oops", "503 Later", "999 X", "099 X", "0 X", "20 X", "-1 X", "x X", "2000 X");
    private static final List<String> TYPES = List.of("application/json", "application/json", "text/event-stream",
            "text/event-stream", "Application/JSON; charset=utf-16", "text/html", "", "application/json, text/html");
    private static final List<String> FIELDS = List.of("Content-Type: text/event-stream", "Content-Encoding: gzip",
            "Mcp-Session-Id: s-1", "Mcp-Session-Id: \u0001", "Connection: close", "Location: http://evil.example/",
            "Set-Cookie: a=b", "WWW-Authenticate: Bearer", "Cache-Control: public", "Retry-After: 1", "Allow: POST",
            "Transfer-Encoding: gzip, chunked", "Content-Length: 3", "Content-Length: -3", "X: \u0000", " folded",
            "nocolon", "Upgrade: websocket", "Trailer: X", "Retry-After: 1\rX-Injected: 1");
    private static final List<String> MESSAGES = List.of(
            "{\"jsonrpc\":\"2.0\",\"id\":\"q\",\"method\":\"sampling/createMessage\",\"params\":{\"messages\":[]}}",
            "{\"method\":\"roots/list\",\"jsonrpc\":\"2.0\",\"id\":9}",
            "{\"jsonrpc\":\"2.0\",\"id\":10,\"method\":\"elicitation\\/create\",\"params\":{}}",
            "{\"jsonrpc\":\"2.0\",\"id\":11,\"method\":\"tools/call\",\"params\":{\"name\":\"read_own\","
                    + "\"arguments\":{}}}",
            "{\"jsonrpc\":\"2.0\",\"id\":12,\"method\":\"ping\"}",
            "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\"params\":{\"level\":\"info\",\"data\":\"x\"}}",
            "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\"}",
            "[{\"jsonrpc\":\"2.0\",\"id\":13,\"method\":\"sampling/createMessage\"}]", "x", "");
    private static final int ENDLESS = 200;

    private final long seed;

    AnswerFuzz(long seed) {
        this.seed = seed;
    }

    @Override
    public void answer(ToolServer.Exchange exchange) throws Exception {
        RawHttp.Message request = exchange.request();
        Dice dice = new Dice(seed ^ (31L * Arrays.hashCode(request.body()) + request.start().hashCode()) << 8);
        boolean refusal = exchange.request().text().contains("\"error\"");
        switch (refusal ? dice.pick(7, 8, 9, 10) : dice.below(20)) {
            case 0, 1, 2, 3, 4, 5, 6 -> ToolServer.sensible(exchange);
            case 7 -> waitForTheEnd(exchange.socket());
            case 8 -> {
                byte[] piece = framedOrNot(dice, events(dice, exchange)).getBytes(StandardCharsets.ISO_8859_1);
                exchange.write("HTTP/1.1 200 OK\r\nContent-Type: " + dice.pick(TYPES)
                        + "\r\nTransfer-Encoding: chunked\r\n\r\n");
                for (int i = 0; i < ENDLESS; i++) {
                    exchange.chunk("x".repeat(2000)).write(piece);
                }
            }
            default -> deliver(dice, exchange, whole(dice, exchange));
        }
    }

    private static void waitForTheEnd(Socket socket) throws IOException {
        while (socket.getInputStream().read() >= 0) {
            // What comes here is of no interest.
        }
    }

    private static void deliver(Dice dice, ToolServer.Exchange exchange, byte[] answer) throws Exception {
        byte[] bytes = dice.chance(25) ? dice.spoilt(answer) : answer;
        boolean cut = dice.chance(12);
        int length = cut ? dice.below(bytes.length + 1) : bytes.length;
        int from = 0;
        int pause = dice.pick(0, 0, 1, 10);
        for (int to : dice.cuts(length, dice.pick(1, 1, 2, 5, 60))) {
            exchange.write(Arrays.copyOfRange(bytes, from, to));
            Thread.sleep(pause == 10 && to % 7 > 0 ? 0 : pause);
            from = to;
        }
        exchange.write(Arrays.copyOfRange(bytes, from, length));
        if (cut && dice.chance(30)) {
            exchange.socket().setSoLinger(true, 0);
        }
        if (cut || dice.chance(30)) {
            exchange.socket().close();
        }
    }

    private static byte[] whole(Dice dice, ToolServer.Exchange exchange) throws IOException {
        StringBuilder head = new StringBuilder();
        if (dice.chance(10)) {
            String early = "HTTP/1.1 " + dice.pick("100 Continue", "103 Hints", "101 Switch", "199 X");
            head.append((early + "\r\nX: y\r\n\r\n").repeat(1 + dice.below(3)));
        }
        head.append(dice.chance(95) ? "HTTP/1.1 " : dice.pick("HTTP/1.0 ", "HTTP/2.0 ", "ICY ", ""));
        String type = dice.pick(TYPES);
        head.append(dice.chance(75) ? "200 OK" : dice.pick(STATUSES)).append("\r\nContent-Type: ").append(type);
        for (int i = dice.chance(40) ? 1 + dice.below(2) : 0; i > 0; i--) {
            head.append("\r\n").append(dice.chance(60) ? dice.pick(FIELDS) : echoed(dice, exchange.request()));
        }
        if (dice.chance(2)) {
            head.append("\r\nX-Large: ").append("x".repeat(20_000));
        }
        String body = type.contains("event") == dice.chance(93) ? events(dice, exchange) : json(dice, exchange);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes((head + "\r\n" + framed(dice, body)).getBytes(StandardCharsets.ISO_8859_1));
        if (dice.chance(4)) {
            // An answer that nobody asked for.
            out.writeBytes("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: application/json\r\n\r\n{}"
                    .getBytes(StandardCharsets.ISO_8859_1));
        }
        return out.toByteArray();
    }

    private static String echoed(Dice dice, RawHttp.Message request) {
        String credential = String.valueOf(request.header("authorization"));
        return dice.pick("Retry-After: ", "Mcp-Session-Id: ", "Cache-Control: ", "Allow: ", "X-Debug: ", "Location: ")
                + credential;
    }

    private static String json(Dice dice, ToolServer.Exchange exchange) throws IOException {
        if (exchange.request().header("authorization") != null && dice.chance(60)) {
            return exchange.result("{\"content\":[{\"type\":\"text\",\"text\":\"" + secret(dice, exchange) + "\"}]}");
        }
        return switch (dice.below(7)) {
            case 0 -> exchange.result("{\"tools\":[{\"name\":\"read_file\"},{\"name\":\"delete_file\"},{\"name\":7}],"
                    + "\"ttlMs\":9e9,\"cacheScope\":\"public\"}");
            case 1 -> exchange.result("{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{\"tools\":{},"
                    + "\"resources\":{},\"x\":1},\"serverInfo\":{\"name\":\"t\",\"version\":\"1\"}}");
            case 2 -> dice.pick(MESSAGES);
            case 3 -> exchange.result("{\"content\":[{\"type\":\"text\",\"text\":\"" + "x".repeat(dice.below(90_000))
                    + "\"}]}");
            case 4 -> JsonFuzz.mutated(exchange.result("{\"content\":[]}"), dice, "0");
            case 5 -> exchange.result("{\"inputRequests\":{\"a\":{\"method\":\"sampling/createMessage\"}}}");
            default -> exchange.result("{\"content\":[{\"type\":\"text\",\"text\":\"done\"}]}");
        };
    }

    /** The credential, as a tool would show it that prints its environment: plain, as JSON, as JSON in JSON. */
    private static String secret(Dice dice, ToolServer.Exchange exchange) {
        String credential = String.valueOf(exchange.request().header("authorization"));
        StringBuilder text = new StringBuilder(dice.pick("", "s3cr3t/", "s3cr3t\\/Tok", "\\", "\\u"));
        for (char c : credential.toCharArray()) {
            text.append(dice.chance(10) ? dice.pick("\\", "\\\\") + String.format("u%04x", (int) c) : "" + c);
        }
        return dice.chance(50) ? credential : text.toString();
    }

    private static String events(Dice dice, ToolServer.Exchange exchange) throws IOException {
        StringBuilder events = new StringBuilder(dice.chance(5) ? "\u00ef\u00bb\u00bf" : "");
        for (int i = 1 + dice.below(5); i > 0; i--) {
            String end = dice.pick("\n", "\n", "\r\n", "\r");
            events.append(dice.pick("", "", ": keep alive" + end, "id: 7" + end, "retry: 1" + end, "event: x" + end,
                    "data" + end, ":" + "x".repeat(dice.below(3000)) + end));
            String data = dice.chance(50) ? json(dice, exchange) : dice.pick(MESSAGES);
            events.append(dice.pick("data: ", "data:", "data:\u0085", " data: ")).append(
                    dice.chance(80) ? data : data.replace(",", "," + end + "data: "));
            events.append(end).append(dice.chance(90) ? end : "");
        }
        return events.toString();
    }

    private static String framedOrNot(Dice dice, String text) {
        return dice.chance(80) ? Integer.toHexString(text.length()) + "\r\n" + text + "\r\n" : text;
    }

    /** The line that tells the length, the end of the head, and the body; mostly as it should be. */
    private static String framed(Dice dice, String body) {
        String length = "Content-Length: ";
        String chunked = "Transfer-Encoding: chunked\r\n\r\n";
        return switch (dice.below(14)) {
            case 0 -> "\r\n" + body;
            case 1 -> length + (body.length() + dice.below(60) - 30) + "\r\n\r\n" + body;
            case 2 -> length + body.length() + "\r\n" + chunked + body;
            case 3 -> length + body.length() + "\r\n" + length + "1\r\n\r\n" + body;
            case 4 -> chunked + Integer.toHexString(body.length() + 1) + "\r\n" + body + "\r\n0\r\n\r\n";
            case 5 -> chunked + "zz\r\n" + body;
            case 6, 7, 8 -> chunked + Request.chunks(body.getBytes(StandardCharsets.ISO_8859_1),
                    1 + dice.below(body.length() + 1));
            default -> length + body.length() + "\r\n\r\n" + body;
        };
    }
}
