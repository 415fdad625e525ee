package dev.chaperone.controller.evidence;

import static dev.chaperone.controller.evidence.TestTrail.BOOT;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import dev.chaperone.config.audit.ChainPosition;
import dev.chaperone.controller.fleet.AgentId;
import dev.chaperone.controller.fleet.ConfigDirectory.PodFacts;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a server that answers what the specification says collectors answer. */
class OtlpSinkTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:01Z");
    private static final PodFacts POD = new PodFacts(
            "dev", "coder-1", "uid-1", "robot", new AgentId("dev", "coder"), null);
    private static final List<byte[]> LINES = TestTrail.lines(BOOT, 3);

    private final ObjectMapper mapper = new ObjectMapper();
    private final BlockingQueue<JsonNode> requests = new LinkedBlockingQueue<>();
    private final BlockingQueue<Map<String, List<String>>> headers = new LinkedBlockingQueue<>();
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicLong nanos = new AtomicLong();
    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final EvidenceMetrics metrics = new EvidenceMetrics(registry);
    private HttpHandler answer = exchange -> respond(exchange, 200, "{}");
    private HttpServer collector;
    private OtlpSink sink;

    @TempDir
    Path directory;

    @BeforeEach
    void start() throws Exception {
        collector = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        collector.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        collector.createContext("/", exchange -> {
            asked.incrementAndGet();
            headers.add(exchange.getRequestHeaders());
            requests.add(mapper.readTree(exchange.getRequestBody()));
            answer.handle(exchange);
        });
        collector.start();
        sink = sink(null, Duration.ofSeconds(30));
    }

    private OtlpSink sink(Path headersFile, Duration timeout) throws IOException {
        if (sink != null) {
            sink.close();
        }
        sink = new OtlpSink(new OtlpSettings(endpoint(), headersFile, null, timeout), metrics, () -> NOW, nanos::get);
        return sink;
    }

    private URI endpoint() {
        return URI.create("http://127.0.0.1:" + collector.getAddress().getPort());
    }

    @AfterEach
    void stop() {
        sink.close();
        collector.stop(0);
    }

    private static void respond(HttpExchange exchange, int status, String body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        byte[] bytes = body.getBytes(UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private double rejected() {
        return registry.scrape(name -> name.equals("chaperone_evidence_rejected_records")).stream()
                .flatMap(metric -> metric.getDataPoints().stream())
                .mapToDouble(
                        point -> ((CounterDataPointSnapshot) point)
                                .getValue())
                .sum();
    }

    private static Map<String, String> attributes(JsonNode list) {
        return list.valueStream().collect(Collectors.toMap(
                each -> each.path("key").asText(), each -> each.path("value").elements().next().asText()));
    }

    @Test
    void sends_each_line_as_a_record_of_the_pod() throws Exception {
        // When
        sink.keep(POD, LINES);

        // Then
        JsonNode resource = requests.take().path("resourceLogs").path(0);
        assertThat(attributes(resource.at("/resource/attributes"))).containsExactlyInAnyOrderEntriesOf(Map.of(
                "service.name", "chaperone-guardrail", "k8s.namespace.name", "dev", "k8s.pod.name", "coder-1",
                "k8s.pod.uid", "uid-1", "chaperone.agent", "dev/coder"));
        JsonNode records = resource.at("/scopeLogs/0/logRecords");
        assertThat(records.valueStream().map(each -> each.at("/body/stringValue").textValue()).toList())
                .isEqualTo(TestTrail.texts(LINES));
        JsonNode second = records.path(1);
        assertThat(second.path("timeUnixNano").textValue()).isEqualTo("1767225600000000123");
        assertThat(second.path("observedTimeUnixNano").textValue()).isEqualTo("1767225601000000000");
        assertThat(second.at("/attributes/1/value/intValue").textValue()).isEqualTo("1");
        assertThat(attributes(second.path("attributes"))).containsExactlyInAnyOrderEntriesOf(
                Map.of("chaperone.boot", BOOT, "chaperone.seq", "1", "chaperone.event", "decision"));
        assertThat(headers.take()).containsEntry("Content-type", List.of("application/json"));
    }

    @Test
    void sends_to_the_path_below_the_endpoint() {
        // When
        var settings = new OtlpSettings(URI.create("https://logs.example/tenant/"), null, null, Duration.ofSeconds(1));

        // Then
        assertThat(settings.logs()).hasToString("https://logs.example/tenant/v1/logs");
    }

    @ParameterizedTest
    @ValueSource(strings = {"collector:4318", "ftp://collector", "http://user:word@collector", "http://c?x=1", "/"})
    void refuses_what_is_no_endpoint(String endpoint) {
        assertThatIllegalArgumentException().isThrownBy(
                () -> new OtlpSettings(URI.create(endpoint), null, null, Duration.ofSeconds(1)))
                .withMessageNotContaining("word");
    }

    @Test
    void sends_a_line_that_is_no_text_byte_for_byte() throws Exception {
        // Given
        byte[] line = new String(TestTrail.line(BOOT, 0, ChainPosition.FIRST, "X"), UTF_8)
                .replace("X", "\u00ed\u00a0\u0080").getBytes(ISO_8859_1);

        // When
        sink.keep(POD, List.of(line));

        // Then
        JsonNode body = requests.take().at("/resourceLogs/0/scopeLogs/0/logRecords/0/body");
        assertThat(body.has("stringValue")).isFalse();
        assertThat(Base64.getDecoder().decode(body.path("bytesValue").textValue())).isEqualTo(line);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{}", "{\"partialSuccess\":{}}", "{\"partialSuccess\":{\"errorMessage\":\"slow\"}}",
            "no JSON"})
    void keeps_what_the_collector_takes(String body) {
        // Given
        answer = exchange -> respond(exchange, 200, body);

        // When, Then
        assertThatCode(() -> sink.keep(POD, LINES)).doesNotThrowAnyException();
        assertThat(rejected()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"2", "\"2\""})
    void counts_what_is_rejected_for_good(String number) throws Exception {
        // Given
        answer = exchange -> respond(exchange, 200,
                "{\"partialSuccess\":{\"rejectedLogRecords\":" + number + ",\"errorMessage\":\"too old\"}}");

        // When
        sink.keep(POD, LINES);

        // Then
        assertThat(rejected()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {300, 301, 400, 401, 404, 413, 429, 500, 502, 503, 504})
    void keeps_nothing_that_the_collector_does_not_take(int status) {
        // Given
        answer = exchange -> respond(exchange, status, "{\"message\":\"no\"}");

        // When, Then
        assertThatThrownBy(() -> sink.keep(POD, LINES)).isInstanceOf(IOException.class)
                .hasMessageContaining("it answered " + status);
    }

    @ParameterizedTest
    @CsvSource({"7, 6, 8", "'Thu, 01 Jan 2026 00:00:11 GMT', 9, 11", "999999999999, 119, 121", "soon, 0, 1"})
    void leaves_the_collector_alone_for_as_long_as_it_wants(String retryAfter, long still, long over)
            throws Exception {
        // Given
        answer = exchange -> {
            exchange.getResponseHeaders().set("Retry-After", retryAfter);
            respond(exchange, 429, "");
        };
        assertThatThrownBy(() -> sink.keep(POD, LINES)).hasMessageContaining("429");
        answer = exchange -> respond(exchange, 200, "{}");

        // When
        nanos.addAndGet(Duration.ofSeconds(still).toNanos());
        assertThatThrownBy(() -> sink.keep(POD, LINES)).hasMessageContaining("left alone");
        nanos.addAndGet(Duration.ofSeconds(over - still).toNanos());
        sink.keep(POD, LINES);

        // Then
        assertThat(asked).hasValue(2);
    }

    @Test
    void leaves_a_collector_alone_for_longer_each_time() {
        // Given
        answer = exchange -> respond(exchange, 503, "");

        // When
        for (int millis = 0; millis < 60_000; millis += 100) {
            assertThatThrownBy(() -> sink.keep(POD, LINES)).isInstanceOf(IOException.class);
            nanos.addAndGet(Duration.ofMillis(100).toNanos());
        }

        // Then
        assertThat(asked.get()).isBetween(6, 9);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void waits_no_longer_than_the_timeout(boolean answered) throws Exception {
        // Given
        CountDownLatch end = new CountDownLatch(1);
        answer = exchange -> {
            if (answered) {
                exchange.sendResponseHeaders(200, 100);
                exchange.getResponseBody().flush();
            }
            try {
                end.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
        sink(null, Duration.ofMillis(300));

        // When, Then
        assertThatThrownBy(() -> sink.keep(POD, LINES)).isInstanceOf(IOException.class);
        end.countDown();
    }

    @Test
    void keeps_nothing_when_nobody_answers() {
        // Given
        collector.stop(0);

        // When, Then
        assertThatThrownBy(() -> sink.keep(POD, LINES)).isInstanceOf(IOException.class);
    }

    @Test
    void sends_the_headers_that_the_file_says_now() throws Exception {
        // Given
        Path file = Files.writeString(directory.resolve("headers"), "Authorization: Bearer old\n");
        sink(file, Duration.ofSeconds(30));
        Files.writeString(file, "Authorization: Bearer new\n\nX-Scope-OrgID: agents\r\n");

        // When
        sink.keep(POD, LINES);

        // Then
        assertThat(headers.take()).containsEntry("Authorization", List.of("Bearer new"))
                .containsEntry("X-scope-orgid", List.of("agents"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"s3cret", ": s3cret", "Bad Name: s3cret", "Content-Length: s3cret", "X: s3c\u0007ret"})
    void says_of_a_bad_header_its_line_alone(String line) throws Exception {
        // Given
        Path file = Files.writeString(directory.resolve("headers"), "X-Good: 1\n" + line + "\n");

        // When, Then
        assertThatThrownBy(() -> sink(file, Duration.ofSeconds(30))).isInstanceOf(IOException.class)
                .hasMessage("line 2 of the headers for the collector is no Name: value");
    }

    @Test
    void starts_with_no_authorities_that_are_none() throws Exception {
        // Given
        Path file = Files.writeString(directory.resolve("ca.crt"), "-----BEGIN CERTIFICATE-----\noops\n");

        // When, Then
        assertThatThrownBy(() -> new OtlpSink(
                new OtlpSettings(endpoint(), null, file, Duration.ofSeconds(1)), metrics))
                .isInstanceOf(IOException.class);
    }
}
