package dev.chaperone.cli.audit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogLinesTest {
    private static List<String> lines(byte[] log) throws IOException {
        List<String> lines = new ArrayList<>();
        LogLines.read(new ByteArrayInputStream(log),
                (number, line) -> lines.add(number + " " + new String(line, UTF_8)));
        return lines;
    }

    private static List<String> lines(String log) throws IOException {
        return lines(log.getBytes(UTF_8));
    }

    @ParameterizedTest
    @ValueSource(strings = {
            "",
            "2026-01-01T00:00:00.123456789Z ",
            "2026-01-01T01:00:00.123456789+01:00 ",
            "2026-01-01T00:00:00.123456789Z stdout F ",
            "2026-01-01T00:00:00.123456789Z stderr F:x ",
            "[pod/chaperone-0/operator] ",
            "[pod/chaperone-0/operator] 2026-01-01T00:00:00Z "})
    void what_a_log_puts_before_a_line_is_left_out(String head) throws Exception {
        assertThat(lines(head + "{\"ä\":1}\n" + head + "{}\r\n" + head + "{")).containsExactly("1 {\"ä\":1}", "2 {}",
                "3 {");
    }

    @ParameterizedTest
    @ValueSource(strings = {"2026-01-01 {}", "info {}", " {}", "2026-01-01T00:00:00Z  {}", "[pod/x {}"})
    void anything_else_before_a_line_stays(String line) throws Exception {
        assertThat(lines(line + "\n")).hasSize(1).noneMatch(text -> text.startsWith("1 {"));
    }

    @Test
    void pieces_are_put_together_stream_by_stream() throws Exception {
        assertThat(lines("""
                2026-01-01T00:00:00Z stdout P {"a":
                2026-01-01T00:00:00Z stderr F warning
                2026-01-01T00:00:00Z stdout P 1,
                2026-01-01T00:00:00Z stdout F "b":2}
                2026-01-01T00:00:00Z stdout P {"c
                """)).containsExactly("2 warning", "1 {\"a\":1,\"b\":2}", "5 {\"c");
    }

    @Test
    void a_compressed_log_is_read_as_it_is() throws Exception {
        // Given
        var zipped = new ByteArrayOutputStream();
        for (String member : List.of("{}\n{\"a\"", ":1}\n")) {
            try (var out = new GZIPOutputStream(zipped)) {
                out.write(member.getBytes(UTF_8));
            }
        }

        // When
        List<String> lines = lines(zipped.toByteArray());

        // Then
        assertThat(lines).containsExactly("1 {}", "2 {\"a\":1}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"b\":2}\nwhich nobody compressed\n", "\0\0\0x", "\u001f"})
    void what_follows_in_a_compressed_log_and_is_not_compressed_is_an_error(String rest) throws Exception {
        // Given
        byte[] log = zipped("{}\n", "{\"a\":1}\n");
        byte[] whole = Arrays.copyOf(log, log.length + rest.length());
        System.arraycopy(rest.getBytes(UTF_8), 0, whole, log.length, rest.length());

        // When, Then
        assertThatThrownBy(() -> lines(whole)).isInstanceOf(IOException.class).hasMessageContaining("behind");
    }

    @Test
    void a_compressed_log_of_which_a_later_part_is_broken_is_an_error() throws Exception {
        // Given
        byte[] log = zipped("{}\n", "{\"a\":1}\n", "{\"b\":1}\n");
        log[zipped("{}\n").length + 2] ^= 1;

        // When, Then
        assertThatThrownBy(() -> lines(log)).isInstanceOf(IOException.class);
    }

    @Test
    void a_compressed_log_may_come_in_pieces_and_be_filled_up() throws Exception {
        // Given
        byte[] log = zipped("{}\n", "{\"a\":1}\n", "{\"b\":1}\n");
        InputStream pipe = new FilterInputStream(new ByteArrayInputStream(Arrays.copyOf(log, log.length + 512))) {
            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                return super.read(bytes, offset, Math.min(length, 7));
            }

            @Override
            public int available() {
                return 0;
            }
        };
        List<String> lines = new ArrayList<>();

        // When
        LogLines.read(pipe, (number, line) -> lines.add(number + " " + new String(line, UTF_8)));

        // Then
        assertThat(lines).containsExactly("1 {}", "2 {\"a\":1}", "3 {\"b\":1}");
    }

    @Test
    void a_byte_order_mark_is_no_part_of_the_first_line() throws Exception {
        assertThat(lines("\uFEFF{}\n\uFEFF{}\n")).containsExactly("1 {}", "2 \uFEFF{}");
    }

    private static byte[] zipped(String... members) throws IOException {
        var zipped = new ByteArrayOutputStream();
        for (String member : members) {
            try (var out = new GZIPOutputStream(zipped)) {
                out.write(member.getBytes(UTF_8));
            }
        }
        return zipped.toByteArray();
    }

    @Test
    void a_compressed_log_that_breaks_off_is_an_error() throws Exception {
        // Given
        var zipped = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(zipped)) {
            out.write("{}\n".repeat(1000).getBytes(UTF_8));
        }
        byte[] bytes = java.util.Arrays.copyOf(zipped.toByteArray(), zipped.size() - 9);

        // Then
        assertThatThrownBy(() -> lines(bytes)).isInstanceOf(IOException.class);
    }

    @Test
    void of_a_line_that_is_too_long_only_the_beginning_is_kept() throws Exception {
        // Given
        String log = "{" + "x".repeat(3 << 20) + "\n2026-01-01T00:00:00Z stdout P {" + "x".repeat(3 << 20)
                + "\n2026-01-01T00:00:00Z stdout F x\n{}\n";

        // When
        List<String> lines = lines(log);

        // Then
        assertThat(lines).hasSize(3).endsWith("4 {}");
        assertThat(lines.subList(0, 2)).allMatch(line -> line.length() <= LogLines.LONGEST + 3);
    }

    @Test
    void reading_stops_when_no_more_is_taken() throws Exception {
        // Given
        List<Long> numbers = new ArrayList<>();

        // When
        LogLines.read(new ByteArrayInputStream("{}\n{}\n{}\n".getBytes(UTF_8)), (number, _) -> {
            numbers.add(number);
            return number < 2;
        });

        // Then
        assertThat(numbers).containsExactly(1L, 2L);
    }
}
