package dev.chaperone.admission.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.chaperone.admission.server.AdmissionAnswer.Allowed;
import dev.chaperone.admission.server.AdmissionAnswer.Denied;
import dev.chaperone.admission.server.AdmissionAnswer.Reason;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdmissionServerTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String QUESTION = """
            {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {
              "uid": "705ab4f5", "kind": {"group": "", "version": "v1", "kind": "Pod"}, "operation": "CREATE",
              "namespace": "dev", "userInfo": {"username": "jane", "groups": ["all"]}, "dryRun": true,
              "fromTheFuture": {"a": 1}, "object": {"metadata": {"generateName": "coder-"}}, "oldObject": null}}
            """;

    private static ServingCertificate first;
    private static ServingCertificate second;
    private static HttpClient client;

    private final AtomicReference<ServingCertificate> certificate = new AtomicReference<>(first);
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
    private final AtomicReference<AdmissionHandler> handler = new AtomicReference<>(
            request -> Allowed.asItIs(List.of()));
    private AdmissionServer server;

    @BeforeAll
    static void createCertificates() throws Exception {
        first = TestingCertificates.create("first");
        second = TestingCertificates.create("second");
        client = HttpClient.newBuilder().sslContext(TestingCertificates.trusting(first, second))
                .version(HttpClient.Version.HTTP_1_1).build();
    }

    @BeforeEach
    void startServer() throws Exception {
        Clock clock = new Clock() {
            @Override
            public Instant instant() {
                return now.get();
            }

            @Override
            public ZoneOffset getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(java.time.ZoneId zone) {
                return this;
            }
        };
        server = new AdmissionServer(
                0, certificate::get, Map.of("/ask", request -> handler.get().handle(request)), clock);
        server.start();
    }

    @AfterEach
    void stopServer() {
        server.close();
    }

    @Test
    void readsWhatIsAsked() throws Exception {
        // Given
        AtomicReference<AdmissionRequest> asked = new AtomicReference<>();
        handler.set(request -> {
            asked.set(request);
            return Allowed.asItIs(List.of());
        });

        // When
        ask(QUESTION);

        // Then
        assertThat(asked.get()).isEqualTo(new AdmissionRequest(
                "705ab4f5", new AdmissionRequest.Kind("", "v1", "Pod"), null, AdmissionRequest.Operation.CREATE, "dev",
                "", "jane", true, JSON.readTree("{\"metadata\": {\"generateName\": \"coder-\"}}"), null));
    }

    @Test
    void allowsWithAPatchOfTheSameUid() throws Exception {
        // Given
        var patch = JsonNodeFactory.instance.arrayNode();
        patch.addObject().put("op", "add").put("path", "/metadata").put("value", "é");
        handler.set(request -> new Allowed(patch, List.of("b", "a")));

        // When
        JsonNode answer = ask(QUESTION);

        // Then
        assertThat(answer.path("apiVersion").asText()).isEqualTo("admission.k8s.io/v1");
        assertThat(answer.path("kind").asText()).isEqualTo("AdmissionReview");
        JsonNode response = answer.path("response");
        assertThat(response.path("uid").asText()).isEqualTo("705ab4f5");
        assertThat(response.path("allowed").asBoolean()).isTrue();
        assertThat(response.path("patchType").asText()).isEqualTo("JSONPatch");
        assertThat(JSON.readTree(Base64.getDecoder().decode(response.path("patch").asText()))).isEqualTo(patch);
        assertThat(response.path("warnings")).isEqualTo(JSON.readTree("[\"b\", \"a\"]"));
    }

    @Test
    void saysNothingOfAPatchThatChangesNothing() throws Exception {
        JsonNode answer = ask(QUESTION);

        assertThat(answer.path("response")).isEqualTo(JSON.readTree("{\"uid\": \"705ab4f5\", \"allowed\": true}"));
    }

    @Test
    void denies() throws Exception {
        handler.set(request -> new Denied(Reason.FORBIDDEN, "two\nlines", List.of()));

        JsonNode answer = ask(QUESTION);

        assertThat(answer.path("response")).isEqualTo(JSON.readTree("""
                {"uid": "705ab4f5", "allowed": false,
                 "status": {"code": 403, "reason": "Forbidden", "message": "two\\nlines"}}
                """));
    }

    @Test
    void deniesWhateverGoesWrongAndRepeatsNothing() throws Exception {
        for (Throwable problem : List.of(
                new IllegalStateException("secret"), new StackOverflowError("secret"), new OutOfMemoryError("secret"),
                new NoClassDefFoundError("secret"), new AssertionError("secret"))) {
            // Given
            handler.set(request -> {
                throw TestingThrower.<RuntimeException>sneaky(problem);
            });

            // When
            JsonNode answer = ask(QUESTION);

            // Then
            JsonNode response = answer.path("response");
            assertThat(response.path("uid").asText()).isEqualTo("705ab4f5");
            assertThat(response.path("allowed").asBoolean(true)).isFalse();
            assertThat(response.at("/status/code").asInt()).isEqualTo(500);
            assertThat(response.at("/status/message").asText()).isEqualTo(
                    "Chaperone could not judge this Pod (" + problem.getClass().getSimpleName()
                            + "); the operator's log says where");
        }
    }

    @Test
    void deniesWhatNestsDeeperThanTheStack() throws Exception {
        handler.set(request -> {
            throw new IllegalStateException(String.valueOf(deep(0)));
        });

        assertThat(ask(QUESTION).at("/response/allowed").asBoolean(true)).isFalse();
    }

    @SuppressWarnings("InfiniteRecursion")
    private static int deep(int depth) {
        return 1 + deep(depth + 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {
            "", "x", "[]", "{}", "null",
            "{\"apiVersion\": \"admission.k8s.io/v1beta1\", \"kind\": \"AdmissionReview\"}",
            "{\"apiVersion\": \"admission.k8s.io/v1\", \"kind\": \"AdmissionReview\"}",
            "{\"apiVersion\": \"admission.k8s.io/v1\", \"kind\": \"AdmissionReview\", \"request\": {\"uid\": \"1\"}}",
            "{\"a\": 1, \"a\": 1}"})
    void cannotAnswerWhatIsNoQuestion(String body) throws Exception {
        assertThat(post(BodyPublishers.ofString(body)).statusCode()).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"uid\": \"705ab4f5\"", "\"username\": \"jane\"", "\"operation\": \"CREATE\"",
            "\"object\": {\"metadata\": {\"generateName\": \"coder-\"}}"})
    void cannotAnswerHalfAQuestion(String part) throws Exception {
        String name = part.substring(0, part.indexOf(':'));
        assertThat(post(BodyPublishers.ofString(QUESTION.replace(part, name + ": 1"))).statusCode()).isEqualTo(400);
    }

    @Test
    void takesOnlyJsonByPostWhereAWebhookIs() throws Exception {
        assertThat(client.send(request("/ask").GET().build(), BodyHandlers.ofString()).statusCode()).isEqualTo(405);
        assertThat(client.send(request("/ask/").POST(BodyPublishers.ofString(QUESTION)).build(),
                BodyHandlers.ofString()).statusCode()).isEqualTo(404);
        assertThat(client.send(
                HttpRequest.newBuilder(request("/ask").build().uri()).header("Content-Type", "text/plain")
                        .POST(BodyPublishers.ofString(QUESTION)).build(),
                BodyHandlers.ofString()).statusCode()).isEqualTo(415);
    }

    @Test
    void takesAnObjectOfThreeMebibytesTwice() throws Exception {
        String big = "{\"data\": \"" + "x".repeat(3 << 20) + "\"}";
        String question = QUESTION.replace("\"oldObject\": null", "\"oldObject\": " + big)
                .replace("{\"metadata\": {\"generateName\": \"coder-\"}}", big);

        assertThat(ask(question).at("/response/allowed").asBoolean()).isTrue();
    }

    @Test
    void takesNoLongerBodyWhetherItSaysSoOrNot() throws Exception {
        byte[] body = new byte[ReviewEndpoint.MAX_BODY + 1];

        assertThat(client.send(
                request("/ask").expectContinue(true).POST(BodyPublishers.ofByteArray(body)).build(),
                BodyHandlers.ofString()).statusCode()).isEqualTo(413);
        assertThat(post(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body))).statusCode())
                .isEqualTo(413);
    }

    @Test
    void answersManyAtOnce() {
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            answers.add(client.sendAsync(
                    request("/ask").POST(BodyPublishers.ofString(QUESTION)).build(), BodyHandlers.ofString()));
        }
        assertThat(answers).allSatisfy(answer -> assertThat(answer.join().statusCode()).isEqualTo(200));
    }

    @Test
    void showsARenewedCertificateWithoutARestart() throws Exception {
        assertThat(shown()).isEqualTo("CN=first");

        certificate.set(second);

        assertThat(shown()).isEqualTo("CN=second");
    }

    @Test
    void isReadyWhileItsCertificateIsGood() {
        assertThat(server.isReady()).isTrue();

        now.set(Instant.now().plus(Duration.ofDays(2)));
        assertThat(server.isReady()).isFalse();

        now.set(Instant.now());
        certificate.set(null);
        assertThat(server.isReady()).isFalse();

        certificate.set(second);
        assertThat(server.isReady()).isTrue();

        server.close();
        assertThat(server.isReady()).isFalse();
    }

    private String shown() throws Exception {
        var context = TestingCertificates.trusting(first, second);
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", server.port())) {
            socket.startHandshake();
            return socket.getSession().getPeerPrincipal().getName();
        }
    }

    private JsonNode ask(String question) throws Exception {
        HttpResponse<String> response = post(BodyPublishers.ofString(question));
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return JSON.readTree(response.body());
    }

    private HttpResponse<String> post(BodyPublisher body) throws Exception {
        return client.send(request("/ask").POST(body).build(), BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + server.port() + path))
                .header("Content-Type", "application/json");
    }
}
