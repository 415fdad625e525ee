package dev.chaperone.controller;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.chaperone.controller.reconciler.Leadership;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A client as the operator's, and what stands in the API server's place. */
class LeaseRenewalsTest {
    private static final Instant START = Instant.parse("2026-11-26T10:00:00Z");
    private static final Duration MOMENT = Duration.ofMillis(1);

    private final SetClock clock = new SetClock();
    private final Leadership leadership = new Leadership(clock);
    private Duration answering = Duration.ZERO;
    private int status = 200;
    private HttpServer server;
    private KubernetesClient client;

    @BeforeEach
    void start() throws Exception {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            byte[] body = exchange.getRequestBody().readAllBytes();
            clock.now = clock.now.plus(answering);
            byte[] answer = exchange.getRequestMethod().equals("GET") ? "{}".getBytes(UTF_8) : body;
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(status, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.start();
        client = new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder(io.fabric8.kubernetes.client.Config.empty())
                        .withMasterUrl("http://127.0.0.1:" + server.getAddress().getPort())
                        .withRequestRetryBackoffLimit(0).build())
                .withHttpClientBuilderConsumer(http -> http.addOrReplaceInterceptor(
                        "lease-renewals", new LeaseRenewals(leadership, clock)))
                .build();
        leadership.begin(START);
    }

    @AfterEach
    void stop() {
        client.close();
        server.stop(0);
    }

    @Test
    void leadsUntilTheLeaseEndsThatWasAskedForLast() {
        // Given
        answering = Duration.ofSeconds(4);

        // When
        client.resource(lease(Controller.LEASE)).update();

        // Then
        clock.now = START.plus(Leadership.LEASE).minus(MOMENT);
        assertThat(leadership.leads()).isTrue();
        clock.now = START.plus(Leadership.LEASE);
        assertThat(leadership.leads()).isFalse();
    }

    @Test
    void takesARefusedLeaseForNone() {
        // Given
        client.resource(lease(Controller.LEASE)).update();
        clock.now = START.plusSeconds(10);
        status = 409;

        // When
        assertThatThrownBy(() -> client.resource(lease(Controller.LEASE)).update())
                .isInstanceOf(KubernetesClientException.class);

        // Then
        clock.now = START.plus(Leadership.LEASE);
        assertThat(leadership.leads()).isFalse();
    }

    @Test
    void isNotDeceivedByWhatIsReadOrByAnotherLease() {
        // Given
        client.resource(lease(Controller.LEASE)).update();
        clock.now = START.plusSeconds(10);

        // When
        client.leases().inNamespace("chaperone-system").withName(Controller.LEASE).get();
        client.resource(lease("another")).update();

        // Then
        clock.now = START.plus(Leadership.LEASE);
        assertThat(leadership.leads()).isFalse();
    }

    private static Lease lease(String name) {
        return new LeaseBuilder().withNewMetadata().withNamespace("chaperone-system").withName(name)
                .withResourceVersion("1").endMetadata().withNewSpec().withHolderIdentity("here").endSpec().build();
    }

    private static final class SetClock extends Clock {
        private volatile Instant now = START;

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException();
        }
    }
}
