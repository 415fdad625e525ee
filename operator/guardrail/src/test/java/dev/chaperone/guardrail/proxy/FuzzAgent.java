package dev.chaperone.guardrail.proxy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Sends an attempt, takes what comes of it for a short while, and looks at it for what no agent may ever get. */
final class FuzzAgent {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final long PATIENCE = TimeUnit.MILLISECONDS.toNanos(300);
    private static final Pattern STATUS_LINE = Pattern.compile("HTTP/1\\.1 [1-9]\\d\\d( .*)?");
    private static final Pattern ESCAPE = Pattern.compile("u([0-9a-fA-F]{4})");
    private static final int MOST_BYTES = 2 << 20;

    /**
     * What came of an attempt.
     *
     * @param statuses of the answers, in order
     * @param faults what should not have been
     */
    record Result(List<Integer> statuses, List<String> faults) {}

    private final List<Integer> statuses = new java.util.ArrayList<>();
    private final List<String> faults = new java.util.ArrayList<>();
    private final ByteArrayOutputStream everything = new ByteArrayOutputStream();
    private final boolean mayBeAsked;

    private FuzzAgent(boolean mayBeAsked) {
        this.mayBeAsked = mayBeAsked;
    }

    static Result run(InetSocketAddress guardrail, RequestFuzz.Attempt attempt) {
        // One server of the config may ask anything.
        FuzzAgent agent = new FuzzAgent(
                new String(attempt.bytes(), StandardCharsets.ISO_8859_1).contains("/mcp/wide"));
        try (Socket socket = new Socket()) {
            socket.setTcpNoDelay(true);
            socket.connect(guardrail);
            agent.send(socket, attempt);
            agent.receive(socket, attempt);
        } catch (IOException e) {
            // The guardrail may close at any time.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        agent.lookForTheCredential();
        return new Result(agent.statuses, agent.faults);
    }

    private void send(Socket socket, RequestFuzz.Attempt attempt) throws IOException, InterruptedException {
        int from = 0;
        for (int to : attempt.cuts()) {
            socket.getOutputStream().write(attempt.bytes(), from, to - from);
            Thread.sleep(attempt.pauseMillis());
            from = to;
        }
        socket.getOutputStream().write(attempt.bytes(), from, attempt.bytes().length - from);
        switch (attempt.end()) {
            case WAITS -> {
                // For the answer.
            }
            case HALF_CLOSES -> socket.shutdownOutput();
            case CLOSES -> socket.close();
            case RESETS -> {
                socket.setSoLinger(true, 0);
                socket.close();
            }
        }
    }

    private void receive(Socket socket, RequestFuzz.Attempt attempt) throws IOException {
        long deadline = System.nanoTime() + PATIENCE;
        InputStream in = new BufferedInputStream(new FilterInputStream(socket.getInputStream()) {
            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (left <= 0 || everything.size() > MOST_BYTES) {
                    throw new SocketTimeoutException("no more patience");
                }
                socket.setSoTimeout((int) left);
                int read = super.read(bytes, offset, length);
                everything.write(bytes, offset, Math.max(0, read));
                return read;
            }
        });
        for (int left = attempt.requests(); left > 0; left--) {
            RawHttp.Message head = RawHttp.head(in);
            if (head == null) {
                return;
            }
            if (!STATUS_LINE.matcher(head.start()).matches()) {
                faults.add("no status line: " + head.start());
                return;
            }
            statuses.add(head.status());
            if (head.status() < 200) {
                left++;
                continue;
            }
            try {
                look(RawHttp.body(head, in, head.status() != 204));
            } catch (NumberFormatException e) {
                faults.add("wrongly framed: " + everything.toString(StandardCharsets.ISO_8859_1));
                return;
            }
        }
    }

    private void look(RawHttp.Message answer) {
        String text = answer.text();
        if (text.contains("the request could not be handled") || answer.header("x-injected") != null) {
            faults.add("should not be answered: " + answer.everything());
        }
        boolean events = "text/event-stream".equals(answer.header("content-type"));
        String lines = text.replace("\r\n", "\n").replace('\r', '\n');
        Stream<String> messages = events ? Arrays.stream(lines.split("\n\n")).map(FuzzAgent::data) : Stream.of(text);
        if (!mayBeAsked && answer.whole() && messages.anyMatch(FuzzAgent::asksTheAgent)) {
            faults.add("asks what this server may not ask: " + answer.everything());
        }
    }

    private static String data(String event) {
        StringBuilder data = new StringBuilder();
        event.lines().filter(line -> line.startsWith("data:")).forEach(line -> data.append(line.substring(5)));
        return data.toString();
    }

    private static boolean asksTheAgent(String message) {
        try {
            JsonNode node = MAPPER.readTree(message);
            return node != null && Stream.concat(Stream.of(node), node.valueStream())
                    .anyMatch(
                            each -> List.of("sampling/createMessage", "elicitation/create", "roots/list", "tools/call")
                                    .contains(each.path("method").asText()));
        } catch (IOException e) {
            return false;
        }
    }

    /** In what came as it came, without its framing, and through the escapes of JSON. */
    private void lookForTheCredential() {
        String raw = everything.toString(StandardCharsets.ISO_8859_1);
        String text = raw + unframed();
        String read = ESCAPE.matcher(text.replace("\\", "")).replaceAll(escape -> java.util.regex.Matcher
                .quoteReplacement("" + (char) Integer.parseInt(escape.group(1), 16)));
        if (text.contains(Rig.TOKEN) || read.contains(Rig.TOKEN)) {
            faults.add("the credential: " + raw);
        }
    }

    private String unframed() {
        StringBuilder text = new StringBuilder();
        // With an end to the line that was read last, so that what stands before it is not lost.
        everything.writeBytes(new byte[]{'\r', '\n'});
        InputStream in = new ByteArrayInputStream(everything.toByteArray());
        try {
            for (RawHttp.Message answer = RawHttp.response(in); answer != null; answer = RawHttp.response(in)) {
                text.append(answer.everything());
            }
        } catch (IOException | RuntimeException e) {
            // Framing that is wrong is a fault of its own.
        }
        return text.toString();
    }
}
