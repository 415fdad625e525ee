package dev.chaperone.guardrail.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chaperone.config.Capability;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventStreamTest {
    private static final String DONE = "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"content\":[]}}";
    private static final String ASK = "{\"jsonrpc\":\"2.0\",\"id\":9,\"method\":\"sampling/createMessage\"}";
    private static final String TOOLS = "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"tools\":[{\"name\":\"a\"},"
            + "{\"name\":\"b\"}]}}";
    private static final int MAX = 4096;

    private final List<String> answers = new ArrayList<>();

    private EventStream stream() {
        return new EventStream(new ServerMessages(Set.of(Capability.TOOLS), "a"::equals), MAX,
                answer -> answers.add(new String(answer, StandardCharsets.UTF_8)));
    }

    private String passed(String stream) throws Exception {
        return passed(stream.getBytes(StandardCharsets.UTF_8));
    }

    private String passed(byte[] stream) throws Exception {
        return new String(stream().feed(stream), StandardCharsets.UTF_8);
    }

    static Stream<String> unchanged() {
        return Stream.of("", ":\n", ": keep alive\n\n", ":\r\n:\r\n:\n", "id: 1\ndata:\n\n", "id: 1\ndata: \n\n",
                "retry: 5\n\n",
                "data: " + DONE + "\n\n", "data:" + DONE + "\n\n", "event: message\nid: 1\nretry: 7\ndata: " + DONE
                        + "\n\n",
                "data: " + DONE.replace(",", ",\ndata: ") + "\n\n", "data: " + DONE + "\r\n\r\n",
                "id: 1\r\ndata: " + DONE + "\r\n\r\n: x\r\ndata: " + DONE + "\r\n\r\n",
                "\uFEFFdata: " + DONE + "\n\n", "unknown: field\ndata: " + DONE + "\n\n",
                ": c\ndata: " + DONE + "\n:c\n\n",
                "\n\n\n", "id\n\n", "data: " + DONE.replace("[]", "\"\u00e4\ud83d\ude00\"") + "\n\n");
    }

    @ParameterizedTest
    @MethodSource("unchanged")
    void what_may_pass_keeps_its_bytes(String stream) throws Exception {
        // When
        String out = passed(stream);

        // Then
        assertThat(out).isEqualTo(stream);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\r"})
    void requests_are_dropped_and_the_id_of_their_event_stays(String end) throws Exception {
        // When
        String out = passed("id: 7" + end + "data: " + ASK + end + end + "data: " + DONE + end + end);

        // Then
        assertThat(out.replace("\r\n", "\n").replace("\r", "\n").replaceAll("\n+", "\n"))
                .isEqualTo("id: 7\ndata: " + DONE + "\n");
        assertThat(answers).singleElement().asString().contains("\"id\":9").contains("-32601");
    }

    @Test
    void the_very_first_bytes_may_be_a_byte_order_mark_and_hide_nothing() throws Exception {
        // When
        String out = passed("\uFEFFdata: " + ASK + "\n\n");

        // Then
        assertThat(out).doesNotContain("sampling");
    }

    @Test
    void data_in_lines_is_read_as_one_message() throws Exception {
        // When
        String out = passed("data: " + ASK.replace(",", ",\r\ndata:") + "\r\n\r\n");

        // Then
        assertThat(out).doesNotContain("sampling");
    }

    @ParameterizedTest
    @ValueSource(strings = {"data: @\r\r", "id: 1\rdata: @\n\n", "data: @\r\n\r\rdata: @\r\r"})
    void lines_that_a_carriage_return_alone_ends_are_framed_anew(String stream) throws Exception {
        // When
        String out = passed(stream.replace("@", DONE));

        // Then
        assertThat(out.replace("\r\n", "\n")).contains("data: " + DONE + "\n\n").doesNotContain("\r");
    }

    @ParameterizedTest
    @ValueSource(strings = {
            "{\"jsonrpc\":\"2.0\",\"id\":77,\"error\":null,\r\"method\":\"sampling/createMessage\",\"params\":{}}",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"a\":0,\r\"tools\":[{\"name\":\"b\"}]}}",
            "{\"jsonrpc\":\"2.0\",\"id\":77,\"result\":0,\r\"method\":\"elicitation/create\"}",
            "{\"jsonrpc\":\"2.0\",\"id\":77,\"result\":0"})
    void what_is_a_message_only_to_readers_that_see_no_line_end_does_not_pass(String data) throws Exception {
        // When
        String out = passed("data: " + data + "\n\n");

        // Then
        assertThat(out).doesNotContain("method", "tools", "result");
    }

    @Test
    void lists_are_cut_and_framed_anew() throws Exception {
        // When
        String out = passed("event: message\r\nid: 3\r\ndata: " + TOOLS + "\r\n\r\n");

        // Then
        assertThat(out).contains("event: message\n").contains("id: 3\n").contains("[{\"name\":\"a\"}]")
                .doesNotContain("\"b\"").contains("\n\n");
    }

    @Test
    void what_no_blank_line_ends_is_held_back() throws Exception {
        // Given
        EventStream stream = stream();

        // When
        byte[] out = stream.feed(("data: " + DONE + "\n").getBytes(StandardCharsets.UTF_8));

        // Then
        assertThat(out).isEmpty();
        assertThat(stream.pending()).isEqualTo(DONE.length() + 7);
    }

    @Test
    void an_event_that_is_too_large_is_no_longer_read() {
        for (String start : List.of("data: ", ":", "", "id: ")) {
            // When
            byte[] endless = (start + "x".repeat(MAX + 1)).getBytes(StandardCharsets.UTF_8);

            // Then
            assertThatThrownBy(() -> stream().feed(endless)).isInstanceOf(EventStream.EventTooLargeException.class);
        }
    }

    @Test
    void row16_however_a_stream_is_cut_the_same_comes_out() throws Exception {
        // Given
        String text = "\uFEFF: hi\r\n\r\nid: 1\r\ndata: \r\n\r\ndata: " + ASK + "\r\rid: 2\ndata: " + TOOLS
                + "\n\n:\u2028data: " + ASK + "\n\ndata: " + DONE.replace(",", ",\r\ndata: ")
                + "\r\n\r\nretry: 1\r\r\n\n"
                + "data: \u00e4\ud83d\ude00\n\nid: 3";
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        String whole = passed(bytes);

        for (int at = 0; at <= bytes.length; at++) {
            // When
            EventStream stream = stream();
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.writeBytes(stream.feed(java.util.Arrays.copyOf(bytes, at)));
            out.writeBytes(stream.feed(java.util.Arrays.copyOfRange(bytes, at, bytes.length)));

            // Then
            assertThat(out.toString(StandardCharsets.UTF_8)).as("cut at %d", at).isEqualTo(whole);
        }
    }

    @Test
    void row16_random_streams_in_random_pieces_come_out_alike_and_never_ask() throws Exception {
        long seed = 20260728;
        Random random = new Random(seed);
        List<String> parts = List.of("data: ", "data:", "data", ":", "id: 1", "event: x", "retry: 3", "\n", "\n\n",
                "\r",
                "\r\n", "\r\n\r\n", DONE, ASK, TOOLS, ASK.substring(0, 20), ASK.substring(20), "\uFEFF", "\u2028",
                "\u0085", "\u000b", " ", "[" + ASK + "]", "\ndata: ");
        for (int round = 0; round < 3000; round++) {
            // Given
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(15); i >= 0; i--) {
                text.append(parts.get(random.nextInt(parts.size())));
            }
            byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
            String whole = passed(bytes);

            // When
            EventStream stream = stream();
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            for (int at = 0; at < bytes.length;) {
                int length = Math.min(bytes.length - at, 1 + random.nextInt(12));
                out.writeBytes(stream.feed(java.util.Arrays.copyOfRange(bytes, at, at + length)));
                at += length;
            }

            // Then
            assertThat(out.toString(StandardCharsets.UTF_8)).as("seed %d round %d", seed, round).isEqualTo(whole);
            for (SseReader reader : SseReader.values()) {
                assertThat(reader.messages(whole)).as("seed %d round %d, read by %s: %s", seed, round, reader, text)
                        .noneMatch(message -> message.startsWith("{") && message.contains("sampling/createMessage"));
            }
        }
    }

    /** Two ways to read a stream: as the specification says, and as readers do that split lines by Unicode. */
    private enum SseReader {
        BY_SPECIFICATION("\r\n|\r|\n"), BY_UNICODE("\r\n|[\r\n\\x0B\\x0C\\x1C-\\x1E\\x85\\u2028\\u2029]");

        private final String lineEnd;

        SseReader(String lineEnd) {
            this.lineEnd = lineEnd;
        }

        List<String> messages(String stream) {
            String text = stream.startsWith("\uFEFF") ? stream.substring(1) : stream;
            List<String> messages = new ArrayList<>();
            List<String> data = new ArrayList<>();
            for (String line : text.split(lineEnd, -1)) {
                if (line.isEmpty()) {
                    messages.add(String.join("\n", data));
                    data.clear();
                } else if (line.equals("data") || line.startsWith("data:")) {
                    data.add(line.substring(Math.min(line.length(), 5)).replaceFirst("^ ", ""));
                }
            }
            return messages;
        }
    }
}
