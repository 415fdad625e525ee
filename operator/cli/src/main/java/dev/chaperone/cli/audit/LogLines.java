package dev.chaperone.cli.audit;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/**
 * The lines of a log, without what {@code kubectl logs --timestamps --prefix} and the log files of container runtimes
 * put before them; pieces into which a runtime cut a line are put together. Compressed logs are read as they are.
 */
public final class LogLines {
    /** Records are shorter, in bytes; of what is longer only as much and one more is kept. */
    static final int LONGEST = 1 << 20;

    private static final int BUFFER = 1 << 16;
    private static final int LONGEST_HEAD = 512;
    private static final Pattern HEAD = Pattern.compile(
            "(?:\\[pod/[^\\] ]+] )?"
                    + "(?:[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(?:Z|[+-][0-9]{2}:[0-9]{2}) "
                    + "(?:(stdout|stderr) ([FP])(?::[^ ]*)? )?)?");

    private final Sink sink;
    private final Map<String, Piece> pieces = new HashMap<>();
    private final ByteArrayOutputStream line = new ByteArrayOutputStream(1024);
    private long number;

    /** Takes lines. */
    public interface Sink {
        /**
         * Takes one.
         *
         * @param number where it begins, from 1
         * @return whether it takes more
         */
        boolean line(long number, byte[] text);
    }

    private static final class Piece {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final long number;

        private Piece(long number) {
            this.number = number;
        }
    }

    private LogLines(Sink sink) {
        this.sink = sink;
    }

    /** Reads to the end, or until no more is taken. */
    public static void read(InputStream in, Sink sink) throws IOException {
        new LogLines(sink).read(unzipped(in));
    }

    private static InputStream unzipped(InputStream in) throws IOException {
        BufferedInputStream buffered = new BufferedInputStream(in, BUFFER);
        buffered.mark(2);
        boolean zipped = buffered.read() == 0x1f && buffered.read() == 0x8b;
        buffered.reset();
        return zipped ? new Zipped(buffered) : buffered;
    }

    /** The JDK's own takes whatever it cannot read behind a member for the end of the file. */
    private static final class Zipped extends GZIPInputStream {
        private static final int TRAILER = 8;

        Zipped(InputStream in) throws IOException {
            super(in, BUFFER);
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int count = super.read(bytes, offset, length);
            if (count < 0) {
                expectEnd();
            }
            return count;
        }

        // Zeros fill up blocks.
        private void expectEnd() throws IOException {
            int rest = 0;
            for (int i = len - inf.getRemaining() + TRAILER; i < len; i++) {
                rest |= buf[i];
            }
            for (int next = rest == 0 ? in.read() : -1; next >= 0 && rest == 0; next = in.read()) {
                rest |= next;
            }
            if (rest != 0) {
                throw new IOException("there is something behind its compressed part that cannot be read");
            }
        }
    }

    private void read(InputStream in) throws IOException {
        byte[] buffer = new byte[BUFFER];
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            int start = 0;
            for (int i = 0; i < count; i++) {
                if (buffer[i] == '\n') {
                    keep(line, buffer, start, i);
                    start = i + 1;
                    if (!end()) {
                        return;
                    }
                }
            }
            keep(line, buffer, start, count);
        }
        if (line.size() > 0 && !end()) {
            return;
        }
        for (Piece piece : pieces.values()) {
            sink.line(piece.number, piece.bytes.toByteArray());
        }
    }

    private static void keep(ByteArrayOutputStream kept, byte[] bytes, int from, int to) {
        kept.write(bytes, from, Math.min(to - from, LONGEST + 1 - kept.size()));
    }

    private boolean end() {
        number++;
        byte[] text = line.toByteArray();
        line.reset();
        if (number == 1 && text.length >= 3 && text[0] == (byte) 0xef && text[1] == (byte) 0xbb
                && text[2] == (byte) 0xbf) {
            // Some systems put it before all text.
            text = Arrays.copyOfRange(text, 3, text.length);
        }
        int length = text.length;
        // Not part of a record, which ends with a brace; what copies text between systems may add it.
        if (length > 0 && text[length - 1] == '\r') {
            length--;
        }
        if (length == 0 || text[0] == '{') {
            return sink.line(number, Arrays.copyOf(text, length));
        }
        Matcher head = HEAD.matcher(
                new String(text, 0, Math.min(length, LONGEST_HEAD), StandardCharsets.ISO_8859_1));
        int from = head.lookingAt() ? head.end() : 0;
        if (from == 0 || head.group(1) == null) {
            return sink.line(number, Arrays.copyOfRange(text, from, length));
        }
        return piece(head.group(1), head.group(2).equals("F"), text, from, length);
    }

    private boolean piece(String stream, boolean last, byte[] text, int from, int to) {
        Piece piece = pieces.remove(stream);
        if (piece == null && last) {
            return sink.line(number, Arrays.copyOfRange(text, from, to));
        }
        Piece whole = piece == null ? new Piece(number) : piece;
        keep(whole.bytes, text, from, to);
        if (!last) {
            pieces.put(stream, whole);
            return true;
        }
        return sink.line(whole.number, whole.bytes.toByteArray());
    }
}
