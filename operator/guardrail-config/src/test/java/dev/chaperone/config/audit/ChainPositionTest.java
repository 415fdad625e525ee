package dev.chaperone.config.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chaperone.config.audit.ChainPosition.Link;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChainPositionTest {
    private static final String BOOT = "123e4567-e89b-12d3-a456-426614174000";
    private static final String OTHER = "123e4567-e89b-12d3-a456-426614174001";

    private static AuditLine line(String boot, long sequence, String previous) throws IOException {
        return AuditLine
                .read(bytes("{\"boot\":\"" + boot + "\",\"seq\":" + sequence + ",\"prev\":\"" + previous + "\"}"));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void a_line_continues_the_one_whose_digest_it_carries() throws Exception {
        // Given
        AuditLine first = line(BOOT, 0, ChainPosition.FIRST);
        AuditLine second = line(BOOT, 1, first.digest());
        ChainPosition start = ChainPosition.before(BOOT);

        // When
        var links = new Link[]{start.link(first), first.position().link(second)};

        // Then
        assertThat(links).containsExactly(Link.CONTINUES, Link.CONTINUES);
    }

    @Test
    void every_other_line_is_told_apart() throws Exception {
        // Given
        AuditLine first = line(BOOT, 0, ChainPosition.FIRST);
        ChainPosition known = first.position();

        // When
        var links = new Link[]{known.link(line(BOOT, 1, ChainPosition.FIRST)),
                known.link(line(BOOT, 2, first.digest())),
                known.link(first), known.link(line(OTHER, 1, first.digest()))};

        // Then
        assertThat(links).containsExactly(Link.ALTERED, Link.AHEAD, Link.BEHIND, Link.FOREIGN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "{}", "{\"boot\":\"x\",\"seq\":0,\"prev\":\"P\"}",
            "{\"boot\":\"B\",\"seq\":-1,\"prev\":\"P\"}",
            "{\"boot\":\"B\",\"seq\":0.5,\"prev\":\"P\"}", "{\"boot\":\"B\",\"seq\":0}",
            "{\"boot\":\"B\",\"boot\":\"B\",\"seq\":0,\"prev\":\"P\"}", "{\"boot\":\"B\",\"seq\":0,\"prev\":\"P\"} x"})
    void what_is_no_line_is_refused(String text) {
        byte[] line = bytes(text.replace("B\"", BOOT + "\"").replace("P\"", ChainPosition.FIRST + "\""));
        assertThatThrownBy(() -> AuditLine.read(line)).isInstanceOf(IOException.class);
    }
}
