package dev.chaperone.guardrail.config;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;

/**
 * An answer in HTTP/1.1, read within bounds. What has two readings is none.
 *
 * @param status its status
 * @param body its body
 * @param keepAlive whether another may follow on this connection
 */
record ChannelAnswer(int status, byte[] body, boolean keepAlive) {
    private static final int HEAD_BYTES = 16 << 10;
    private static final int LINE_BYTES = 8 << 10;
    private static final int STATUS_AT = "HTTP/1.1 ".length();
    private static final int STATUS_END = STATUS_AT + 3;

    private static final class Reader {
        private final InputStream in;
        private int headLeft = HEAD_BYTES;
        private long length = -1;
        private boolean chunked;
        private boolean close;

        Reader(InputStream in) {
            this.in = in;
        }

        ChannelAnswer answer(int limit) throws IOException {
            String line = line();
            if (!line.matches("HTTP/1\\.1 [2-5][0-9][0-9]( .*)?")) {
                throw new IOException("not an answer in HTTP/1.1");
            }
            int status = Integer.parseInt(line.substring(STATUS_AT, STATUS_END));
            for (String field = line(); !field.isEmpty(); field = line()) {
                field(field);
            }
            if (chunked == length >= 0) {
                throw new IOException("the answer does not say, or says twice, where it ends");
            }
            byte[] body = chunked ? chunks(limit) : piece(bounded(length, limit));
            return new ChannelAnswer(status, body, !close);
        }

        private void field(String field) throws IOException {
            int colon = field.indexOf(':');
            if (colon < 1) {
                throw new IOException("not a header field");
            }
            String value = field.substring(colon + 1).strip();
            switch (field.substring(0, colon).toLowerCase(Locale.ROOT)) {
                case "content-length" -> {
                    if (length >= 0 || !value.matches("[0-9]{1,18}")) {
                        throw new IOException("not a length");
                    }
                    length = Long.parseLong(value);
                }
                case "transfer-encoding" -> {
                    if (chunked || !value.equalsIgnoreCase("chunked")) {
                        throw new IOException("not a known transfer encoding");
                    }
                    chunked = true;
                }
                case "content-encoding" -> throw new IOException("a content encoding that was not asked for");
                case "connection" -> close |= value.equalsIgnoreCase("close");
                default -> {
                    // Says nothing of where the answer ends.
                }
            }
        }

        private byte[] chunks(int limit) throws IOException {
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            while (true) {
                headLeft = HEAD_BYTES;
                String size = line().replaceFirst("[ \t]*;.*", "");
                if (!size.matches("[0-9a-fA-F]{1,8}")) {
                    throw new IOException("not the size of a chunk");
                }
                int length = bounded(Long.parseLong(size, 16), limit - body.size());
                if (length == 0) {
                    break;
                }
                body.writeBytes(piece(length));
                if (!line().isEmpty()) {
                    throw new IOException("a chunk goes on behind its end");
                }
            }
            // Trailers mean nothing here.
            String trailer = line();
            while (!trailer.isEmpty()) {
                trailer = line();
            }
            return body.toByteArray();
        }

        private static int bounded(long length, int limit) throws IOException {
            if (length > limit) {
                throw new TooLargeException();
            }
            return (int) length;
        }

        // Memory is taken as bytes come, not as they were announced.
        private byte[] piece(int length) throws IOException {
            byte[] bytes = in.readNBytes(length);
            if (bytes.length < length) {
                throw new EOFException("the answer was cut short");
            }
            return bytes;
        }

        private String line() throws IOException {
            StringBuilder line = new StringBuilder();
            for (int c = in.read(); c != '\n'; c = in.read()) {
                if (c < 0) {
                    throw new EOFException("the answer was cut short");
                }
                if (--headLeft < 0 || line.length() > LINE_BYTES) {
                    throw new IOException("the head of the answer is too large");
                }
                line.append((char) c);
            }
            int end = line.length() - 1;
            if (end < 0 || line.charAt(end) != '\r') {
                throw new IOException("a line without its end");
            }
            return line.substring(0, end);
        }
    }

    /** Larger than what was asked for can be. */
    static final class TooLargeException extends IOException {
        private static final long serialVersionUID = 1L;

        TooLargeException() {
            super("the answer is too large");
        }
    }

    static ChannelAnswer read(InputStream in, int limit) throws IOException {
        return new Reader(in).answer(limit);
    }
}
