package dev.chaperone.guardrail.proxy;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Reads HTTP/1.1 off a socket without being strict about it: a sloppy peer is what attacks are made for. */
final class RawHttp {
    private RawHttp() {}

    record Field(String name, String value) {}

    /**
     * A message as it came.
     *
     * @param start the request line or status line
     * @param whole whether the body ended as its framing promised
     */
    record Message(String start, List<Field> fields, byte[] body, boolean whole) {
        int status() {
            return Integer.parseInt(start.split(" ")[1]);
        }

        String target() {
            return start.split(" ")[1];
        }

        List<String> all(String name) {
            return fields.stream().filter(field -> field.name().equalsIgnoreCase(name)).map(Field::value).toList();
        }

        String header(String name) {
            List<String> values = all(name);
            return values.isEmpty() ? null : values.getFirst();
        }

        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }

        /** Everything, for looking for what must not be there. */
        String everything() {
            return start + fields + text();
        }
    }

    /** The head alone; its body has to be read with {@link #body}. Null when the stream ends before it starts. */
    static Message head(InputStream in) throws IOException {
        String start = line(in);
        if (start == null) {
            return null;
        }
        List<Field> fields = new ArrayList<>();
        for (String line = line(in); line != null && !line.isEmpty(); line = line(in)) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                fields.add(new Field(line.substring(0, colon).strip(), line.substring(colon + 1).strip()));
            }
        }
        return new Message(start, fields, new byte[0], false);
    }

    static Message request(InputStream in) throws IOException {
        Message head = head(in);
        return head == null ? null : body(head, in, false);
    }

    /** Null when the stream ends before a response starts. */
    static Message response(InputStream in) throws IOException {
        Message head = head(in);
        if (head == null) {
            return null;
        }
        if (head.status() == 100) {
            return head;
        }
        return body(head, in, head.status() != 204);
    }

    /** The message that this head begins. */
    static Message body(Message head, InputStream in, boolean untilClose) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        boolean whole;
        String coding = head.header("transfer-encoding");
        String length = head.header("content-length");
        if (coding != null && coding.toLowerCase(java.util.Locale.ROOT).contains("chunked")) {
            whole = chunks(in, body);
        } else if (length != null) {
            whole = copy(in, body, Long.parseLong(length.strip()));
        } else {
            if (untilClose) {
                copy(in, body, Long.MAX_VALUE);
            }
            whole = true;
        }
        return new Message(head.start(), head.fields(), body.toByteArray(), whole);
    }

    private static boolean chunks(InputStream in, ByteArrayOutputStream body) throws IOException {
        while (true) {
            String size = line(in);
            if (size == null || size.isEmpty()) {
                return false;
            }
            long length = Long.parseLong(size.split(";")[0].strip(), 16);
            if (length == 0) {
                String trailer = line(in);
                while (trailer != null && !trailer.isEmpty()) {
                    trailer = line(in);
                }
                return trailer != null;
            }
            if (!copy(in, body, length) || line(in) == null) {
                return false;
            }
        }
    }

    private static boolean copy(InputStream in, ByteArrayOutputStream body, long length) throws IOException {
        byte[] buffer = new byte[8192];
        long left = length;
        while (left > 0) {
            int read;
            try {
                read = in.read(buffer, 0, (int) Math.min(buffer.length, left));
            } catch (java.net.SocketException e) {
                return false;
            }
            if (read < 0) {
                return false;
            }
            body.write(buffer, 0, read);
            left -= read;
        }
        return true;
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int read;
        try {
            read = in.read();
            while (read >= 0 && read != '\n') {
                line.write(read);
                read = in.read();
            }
        } catch (java.net.SocketException e) {
            read = -1;
        }
        if (read < 0 && line.size() == 0) {
            return null;
        }
        if (read < 0) {
            throw new EOFException("half a line: " + line.toString(StandardCharsets.ISO_8859_1));
        }
        String text = line.toString(StandardCharsets.ISO_8859_1);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }
}
