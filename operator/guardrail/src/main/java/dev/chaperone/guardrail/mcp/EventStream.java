package dev.chaperone.guardrail.mcp;

import dev.chaperone.guardrail.mcp.ServerMessages.Treatment;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * Takes a stream of server-sent events apart and puts it together again, event by event (WHATWG HTML, "Server-sent
 * events"). What passes keeps its bytes; comments pass at once, so that keep-alives keep alive.
 */
public final class EventStream {
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
                // The second half of CR LF: it belongs to the line that CR ended.
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
                out.writeBytes(treated(block.take()));
            } else if (comment) {
                out.writeBytes(block.take());
            }
        }
        return out.toByteArray();
    }

    /** Bytes held back that no blank line ended; a client ignores such a rest, so it is dropped. */
    public int pending() {
        return block.size();
    }

    /** A message as an event of its own, to stand after a whole one. The message has no line breaks. */
    public static byte[] event(byte[] message) {
        return event("", message);
    }

    private static byte[] event(String otherFields, byte[] message) {
        return (otherFields + "data: " + new String(message, StandardCharsets.UTF_8) + "\n\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    private byte[] treated(byte[] raw) {
        StringBuilder data = new StringBuilder();
        StringBuilder others = new StringBuilder();
        boolean hasData = false;
        String text = new String(raw, StandardCharsets.UTF_8);
        if (first && text.startsWith("\uFEFF")) {
            text = text.substring(1);
        }
        first = false;
        for (String line : text.split("\r\n|\r|\n", -1)) {
            int colon = line.indexOf(':');
            String field = colon < 0 ? line : line.substring(0, colon);
            if (field.equals("data")) {
                String value = colon < 0 ? "" : line.substring(colon + 1);
                data.append(hasData ? "\n" : "").append(value.startsWith(" ") ? value.substring(1) : value);
                hasData = true;
            } else if (!line.isEmpty()) {
                others.append(line).append('\n');
            }
        }
        if (data.isEmpty()) {
            // Primes a stream's id or its retry time; there is no message in it.
            return raw;
        }
        return switch (rules.treat(data.toString().getBytes(StandardCharsets.UTF_8))) {
            case Treatment.Pass _ -> raw;
            case Treatment.Replace(byte[] message) -> event(others.toString(), message);
            case Treatment.Drop(byte[] answer) -> {
                if (answer != null) {
                    answerToServer.accept(answer);
                }
                // The id still counts for resumption, so the event stays and only its message goes.
                yield others.isEmpty() ? new byte[0] : (others + "\n").getBytes(StandardCharsets.UTF_8);
            }
        };
    }
}
