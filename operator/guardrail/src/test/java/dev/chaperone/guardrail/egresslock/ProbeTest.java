package dev.chaperone.guardrail.egresslock;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chaperone.guardrail.egresslock.Target.Kind;
import dev.chaperone.guardrail.egresslock.Target.Outcome;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProbeTest {
    private static final Target OPERATOR = target(Kind.TCP, "operator", "192.0.2.1", 443);
    private static final Target NAMES = target(Kind.DNS, "name server", "192.0.2.10", 53);
    private static final Target PACKET = target(Kind.PACKET, "IPv6", "2001:db8::1", 53);

    @TempDir
    Path directory;

    private static Target target(Kind kind, String what, String host, int port) {
        return new Target(kind, what, new InetSocketAddress(host, port));
    }

    private static Probe probe(List<Target> targets, Outcome... outcomes) {
        Deque<Outcome> next = new ArrayDeque<>(Arrays.asList(outcomes));
        Probe probe = new Probe(_ -> next.remove());
        probe.before(targets);
        probe.after();
        assertThat(next).isEmpty();
        return probe;
    }

    @ParameterizedTest
    @CsvSource({
            "REACHED, REACHED, REFUSED, REFUSED, true", "REACHED, SILENT, REFUSED, REFUSED, true",
            "SILENT, REACHED, REFUSED, REFUSED, false", "FAILED, FAILED, REFUSED, REFUSED, false",
            "REACHED, REACHED, REACHED, REFUSED, false", "REACHED, REACHED, REFUSED, REACHED, false",
            "REACHED, REACHED, SILENT, REFUSED, false", "REACHED, REACHED, REFUSED, SILENT, false",
            "REACHED, REACHED, FAILED, REFUSED, false"})
    void only_what_was_reached_before_and_is_refused_afterwards_proves_anything(
            Outcome operatorBefore, Outcome namesBefore, Outcome operatorAfter, Outcome namesAfter, boolean proven) {
        // When
        Probe probe = probe(
                List.of(OPERATOR, NAMES), operatorBefore, namesBefore, operatorAfter, namesAfter);

        // Then
        assertThat(probe.proven()).isEqualTo(proven);
        assertThat(probe.text()).isEqualTo("operator tcp 192.0.2.1:443: " + operatorBefore.text() + " before, "
                + operatorAfter.text() + " after; name server udp 192.0.2.10:53: " + namesBefore.text() + " before, "
                + namesAfter.text() + " after");
    }

    @Test
    void where_there_was_nothing_to_try_nothing_is_proven() {
        // When
        Probe probe = probe(List.of());

        // Then
        assertThat(probe.proven()).isFalse();
        assertThat(probe.text()).isEqualTo("there was nothing to try");
    }

    @Test
    void a_way_that_is_none_need_not_be_locked_and_one_that_is_must_be() {
        // When
        Probe without = probe(List.of(OPERATOR, PACKET), Outcome.REACHED, Outcome.FAILED, Outcome.REFUSED);
        Probe with = probe(List.of(OPERATOR, PACKET), Outcome.REACHED, Outcome.REACHED, Outcome.REFUSED,
                Outcome.REACHED);

        // Then
        assertThat(without.proven()).isTrue();
        assertThat(with.proven()).isFalse();
    }

    @Test
    void what_every_pod_has_outside_of_it_is_tried() throws Exception {
        // Given
        Path resolver = Files.writeString(
                directory.resolve("resolv.conf"), "search dev.svc\nnameserver 192.0.2.10\noptions ndots:5\n");

        // When
        List<Target> targets = Targets.of(
                Map.of("CHAPERONE_CHANNEL_URL", "https://192.0.2.1:443", "KUBERNETES_SERVICE_HOST", "192.0.2.2",
                        "KUBERNETES_SERVICE_PORT", "6443"),
                resolver);

        // Then
        assertThat(targets).filteredOn(target -> !target.isIpv6()).containsExactly(
                OPERATOR, target(Kind.TCP, "API server", "192.0.2.2", 6443), NAMES);
    }

    @Test
    void a_connection_is_tried_for_real() throws Exception {
        // Given
        Stream<Outcome> outcomes;
        try (ServerSocket server = new ServerSocket(0)) {
            // When
            outcomes = Stream.of(target(Kind.TCP, "open", "127.0.0.1", server.getLocalPort()).attempt(),
                    target(Kind.TCP, "shut", "127.0.0.1", 1).attempt(),
                    target(Kind.DNS, "mute", "127.0.0.1", server.getLocalPort()).attempt());
        }

        // Then
        assertThat(outcomes).startsWith(Outcome.REACHED, Outcome.FAILED).doesNotContain(Outcome.REFUSED);
    }
}
