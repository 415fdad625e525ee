package dev.chaperone.guardrail.mcp;

import dev.chaperone.guardrail.mcp.ServerMessages.Treatment;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Takes a stream of server-sent events apart and puts it together again, event by event (WHATWG HTML, "Server-sent
 * events"). What passes keeps its bytes; comments pass at once, so that keep-alives keep alive.
 */
public final class EventStream {
    // Readers that split text into lines by Unicode end lines here too, and would see fields that others do not. JSON
    // can write these characters as escapes, which mean the same to all.
    private static final Pattern OTHER_LINE_ENDS = Pattern.compile(
            "[\\x0B\\x0C\\x1C-\\x1E\\x85\\u2028\\u2029]");
    // Readers that split by line feeds alone see no line end here, and a message where others see half of one. The last
    // CR of an event gets a line feed when it is passed on.
    private static final Pattern LONE_CR = Pattern.compile("\\r(?!\\n)(?=.)", Pattern.DOTALL);
    private static final Pattern KNOWN_FIELD = Pattern.compile("^(?:id|event|retry)(?::|$)");
    private static final byte[] EMPTY_COMMENT = {':', '\n'};

    private final ServerMessages rules;
    private final int maxEventBytes;
    private final Consumer<byte[]> answerToServer;
    private final Block block = new Block();
    private boolean lastWasCr;
    private boolean first = true;

    // The lines of one event, and where the line that is being read starts.
    private static final class Block extends ByteArrayOutputStream {
        private int lineStart;

        boolean lineIsEmpty() {
            return count == lineStart;
        }

        boolean isEmpty() {
            return count == 0;
        }

        boolean startsWithComment() {
            return lineStart == 0 && count > 0 && buf[0] == ':';
        }

        void lineEnds() {
            lineStart = count;
        }

        byte[] take() {
            byte[] bytes = toByteArray();
            reset();
            lineStart = 0;
            return bytes;
        }
    }

    /** An event is larger than may be held back. */
    public static final class EventTooLargeException extends Exception {
        private static final long serialVersionUID = 1L;

        EventTooLargeException() {
            super("an event is too large", null, false, false);
        }
    }

    /**
     * @param rules what may pass
     * @param maxEventBytes the most that is held back while an event is not whole
     * @param answerToServer takes messages that the server waits for because its request was dropped
     */
    public EventStream(ServerMessages rules, int maxEventBytes, Consumer<byte[]> answerToServer) {
        this.rules = rules;
        this.maxEventBytes = maxEventBytes;
        this.answerToServer = answerToServer;
    }

    /** The bytes that may be forwarded now that these have come. */
    public byte[] feed(byte[] bytes) throws EventTooLargeException {
        ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length);
        for (byte b : bytes) {
            if (b == '\n' && lastWasCr) {
                // The second half of CR LF: it belongs to the line that CR ended. What was passed on already got its own.
                lastWasCr = false;
                if (!block.isEmpty()) {
                    block.write(b);
                    block.lineEnds();
                }
                continue;
            }
            lastWasCr = b == '\r';
            if (b != '\n' && b != '\r') {
                block.write(b);
                if (block.size() > maxEventBytes) {
                    throw new EventTooLargeException();
                }
                continue;
            }
            boolean blank = block.lineIsEmpty();
            boolean comment = block.startsWithComment();
            block.write(b);
            block.lineEnds();
            if (blank) {
                pass(treated(block.take()), out);
            } else if (comment) {
                byte[] line = block.take();
                boolean oneMeaning = !OTHER_LINE_ENDS.matcher(new String(line, StandardCharsets.UTF_8)).find();
                pass(oneMeaning ? line : EMPTY_COMMENT, out);
            }
        }
        return out.toByteArray();
    }

    // Readers that split by line feeds alone must see the same end, and others would wait for one after a CR.
    private static void pass(byte[] bytes, ByteArrayOutputStream out) {
        out.writeBytes(bytes);
        if (bytes.length > 0 && bytes[bytes.length - 1] == '\r') {
            out.write('\n');
        }
    }

    /** Bytes held back that no blank line ended; a client ignores such a rest, so it is dropped. */
    public int pending() {
        return block.size();
    }

    /** A message as an event of its own, to stand after a whole one. The message has no line breaks. */
    public static byte[] event(byte[] message) {
        return framed(List.of(), new String(message, StandardCharsets.UTF_8));
    }

    private byte[] treated(byte[] raw) {
        String text = new String(raw, StandardCharsets.UTF_8);
        if (first && text.startsWith("\uFEFF")) {
            text = text.substring(1);
        }
        first = false;
        StringBuilder data = new StringBuilder();
        List<String> others = new ArrayList<>();
        boolean hasData = false;
        for (String line : text.split("\r\n|\r|\n", -1)) {
            int colon = line.indexOf(':');
            String field = colon < 0 ? line : line.substring(0, colon);
            if (field.equals("data")) {
                String value = colon < 0 ? "" : line.substring(colon + 1);
                data.append(hasData ? "\n" : "").append(value.startsWith(" ") ? value.substring(1) : value);
                hasData = true;
            } else if (!line.isEmpty()) {
                others.add(line);
            }
        }
        boolean oneMeaning = !OTHER_LINE_ENDS.matcher(text).find() && !LONE_CR.matcher(text).find();
        if (data.isEmpty()) {
            // Primes a stream's id or its retry time; there is no message in it.
            return oneMeaning ? raw : framed(others, null);
        }
        return switch (rules.treat(data.toString().getBytes(StandardCharsets.UTF_8))) {
            case Treatment.Pass _ -> oneMeaning ? raw : framed(others, data.toString());
            case Treatment.Replace(byte[] message) -> framed(others, new String(message, StandardCharsets.UTF_8));
            case Treatment.Drop(byte[] answer) -> {
                if (answer != null) {
                    answerToServer.accept(answer);
                }
                // The id still counts for resumption, so the event stays and only its message goes.
                yield framed(others, null);
            }
        };
    }

    private static byte[] framed(List<String> others, @Nullable String data) {
        StringBuilder event = new StringBuilder();
        for (String line : others) {
            if (KNOWN_FIELD.matcher(line).find() && !OTHER_LINE_ENDS.matcher(line).find()) {
                event.append(line).append('\n');
            }
        }
        if (data != null) {
            String escaped = OTHER_LINE_ENDS.matcher(data)
                    .replaceAll(end -> String.format("\\\\u%04x", (int) end.group().charAt(0)));
            event.append("data: ").append(escaped.replace("\n", "\ndata: ")).append('\n');
        }
        return event.isEmpty() ? new byte[0] : event.append('\n').toString().getBytes(StandardCharsets.UTF_8);
    }
}
