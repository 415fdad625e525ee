package dev.chaperone.guardrail.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChannelAnswerTest {
    private static final int LIMIT = 20;

    private static ChannelAnswer read(String text) throws IOException {
        String lines = text.replace("|", "\r\n");
        return ChannelAnswer.read(new ByteArrayInputStream(lines.getBytes(StandardCharsets.ISO_8859_1)), LIMIT);
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '"', delimiter = ';', value = {
            "HTTP/1.1 200 OK|Content-Length: 5||hello; hello; true",
            "HTTP/1.1 200|content-length:5||hello; hello; true",
            "HTTP/1.1 200 OK|Connection: close|Content-Length: 5||hello and more; hello; false",
            "HTTP/1.1 200 OK|Transfer-Encoding: chunked||2|he|3|llo|0||; hello; true",
            "HTTP/1.1 200 OK|Transfer-Encoding: chunked||5|hello|0|Trailer: x||; hello; true",
            "HTTP/1.1 503 no|Content-Length: 0||; ''; true"})
    void reads_an_answer_to_its_end(String text, String body, boolean keepAlive) throws Exception {
        ChannelAnswer answer = read(text);
        assertThat(answer.keepAlive()).isEqualTo(keepAlive);
        assertThat(new String(answer.body(), StandardCharsets.ISO_8859_1)).isEqualTo(body.replace("''", ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {
            "",
            "garbage||",
            "HTTP/1.0 200 OK|Content-Length: 0||",
            "HTTP/2 200 OK|Content-Length: 0||",
            "HTTP/1.1 100 Continue||HTTP/1.1 200 OK|Content-Length: 0||",
            "HTTP/1.1 2000 OK|Content-Length: 0||",
            "HTTP/1.1 200 OK||until it closes",
            "HTTP/1.1 200 OK|Content-Length: 1|Content-Length: 2||ab",
            "HTTP/1.1 200 OK|Content-Length: 1, 2||ab",
            "HTTP/1.1 200 OK|Content-Length: -1||",
            "HTTP/1.1 200 OK|Content-Length: 99999999999999999999||",
            "HTTP/1.1 200 OK|Content-Length: 2|Transfer-Encoding: chunked||2|ab|0||",
            "HTTP/1.1 200 OK|Transfer-Encoding: gzip, chunked||2|ab|0||",
            "HTTP/1.1 200 OK|Content-Encoding: gzip|Content-Length: 2||ab",
            "HTTP/1.1 200 OK|no field|Content-Length: 0||",
            "HTTP/1.1 200 OK|Content-Length: 5||hell",
            "HTTP/1.1 200 OK|Transfer-Encoding: chunked||5|hell",
            "HTTP/1.1 200 OK|Transfer-Encoding: chunked||5|hello!|0||",
            "HTTP/1.1 200 OK|Transfer-Encoding: chunked||5 |hello|0||",
            "HTTP/1.1 200 OK|Transfer-Encoding: chunked||x|hello|0||",
            "HTTP/1.1 200 OK|Transfer-Encoding: chunked||-1|hello|0||",
            "HTTP/1.1 200 OK\nContent-Length: 0\n\n"})
    void refuses_what_is_no_whole_answer_with_one_meaning(String text) {
        assertThatThrownBy(() -> read(text)).isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {
            "HTTP/1.1 200 OK|Content-Length: 21||",
            "HTTP/1.1 200 OK|Content-Length: 999999999999||",
            "HTTP/1.1 200 OK|Transfer-Encoding: chunked||a|0123456789|b|",
            "HTTP/1.1 200 OK|Transfer-Encoding: chunked||ffffffff|"})
    void refuses_what_is_too_large_before_it_has_come(String text) {
        assertThatThrownBy(() -> read(text)).isInstanceOf(ChannelAnswer.TooLargeException.class);
    }

    @Test
    void a_head_without_end_is_not_read_to_its_end() {
        String fields = "X: y|".repeat(10_000);
        assertThatThrownBy(() -> read("HTTP/1.1 200 OK|" + fields)).hasMessageContaining("head");
        assertThatThrownBy(() -> read("HTTP/1.1 200 " + "x".repeat(100_000))).hasMessageContaining("head");
    }
}
