package dev.chaperone.cli;

import dev.chaperone.cli.console.Console;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.chaperone.guardrail.Guardrail;
import dev.chaperone.guardrail.GuardrailSettings;
import dev.chaperone.guardrail.proxy.Limits;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Policies are edited while an agent calls: when an edit decides, and that no call sees half of one. */
class PolicyEditTest {
    private static final int EDITS = 50;
    private static final int CLIENTS = 4;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Pattern VERSIONS = Pattern.compile("first is v(\\d+); second is v(\\d+)");

    @TempDir
    Path directory;

    private final Queue<String> answers = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean running = new AtomicBoolean(true);
    private final List<Thread> clients = new ArrayList<>();
    private Path policies;
    private HttpServer tools;
    private Guardrail guardrail;

    @BeforeEach
    void start() throws IOException {
        policies = Files.createDirectories(directory.resolve("policies"));
        tools = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        tools.createContext("/", exchange -> {
            byte[] answer = "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"content\":[]}}"
                    .getBytes(StandardCharsets.UTF_8);
            exchange.getRequestBody().readAllBytes();
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        tools.start();
        Files.writeString(policies.resolve("server.yaml"), """
                apiVersion: chaperone.dev/v1alpha1
                kind: ToolServer
                metadata: {name: tools, namespace: dev}
                spec: {url: "http://127.0.0.1:%d/"}
                ---
                apiVersion: chaperone.dev/v1alpha1
                kind: Agent
                metadata: {name: coder, namespace: dev}
                spec: {}
                """.formatted(tools.getAddress().getPort()));
        writePolicies(0);
        var anyPort = new InetSocketAddress("127.0.0.1", 0);
        Path state = Files.createDirectories(directory.resolve("state"));
        guardrail = Guardrail.start(
                new GuardrailSettings(
                        "dev/coder", anyPort, anyPort, Set.of(), state, state.resolve("audit.jsonl"), null, null, null,
                        Limits.DEFAULT),
                new PolicySource(policies, new AgentName("dev", "coder"), new AcceptedPolicies(state), Console.none()),
                Clock.systemUTC());
    }

    @AfterEach
    void stop() throws Exception {
        running.set(false);
        for (Thread client : clients) {
            client.join();
        }
        guardrail.close();
        tools.stop(0);
    }

    /** Two policies in one file, both of the same version; a call that both deny tells the versions of both. */
    private void writePolicies(int version) throws IOException {
        String text = policy("first", version) + "---\n" + policy("second", version);
        Path next = policies.resolve(".next");
        Files.writeString(next, text);
        Files.move(next, policies.resolve("policies.yaml"), StandardCopyOption.REPLACE_EXISTING);
    }

    private static String policy(String name, int version) {
        return """
                apiVersion: chaperone.dev/v1alpha1
                kind: ToolPolicy
                metadata: {name: %s, namespace: dev}
                spec:
                  rules:
                  - name: told
                    tools: ["tools/*"]
                    when: args.n != %d
                    verdict: Deny
                    message: %s is v%d
                """.formatted(name, version + 1_000_000, name, version);
    }

    private void callForEver() {
        try (HttpClient client = HttpClient.newHttpClient()) {
            while (running.get()) {
                answers.add(call(client));
            }
        } catch (IOException e) {
            answers.add(e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private String call(HttpClient client) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + guardrail.address().getPort() + "/mcp/tools"))
                        .header("Content-Type", "application/json")
                        .header("Accept", "application/json, text/event-stream")
                        .POST(HttpRequest.BodyPublishers.ofString(
                                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\","
                                        + "\"params\":{\"name\":\"any\",\"arguments\":{\"n\":1}}}"))
                        .build(),
                HttpResponse.BodyHandlers.ofString())
                .body();
    }

    @Test
    void each_edit_decides_soon_and_as_a_whole() throws Exception {
        // Given
        for (int i = 0; i < CLIENTS; i++) {
            clients.add(Thread.ofPlatform().start(this::callForEver));
        }
        long[] nanos = new long[EDITS];

        // When
        for (int edit = 1; edit <= EDITS; edit++) {
            long start = System.nanoTime();
            writePolicies(edit);
            awaitVersion(edit, start + PATIENCE.toNanos());
            nanos[edit - 1] = System.nanoTime() - start;
        }

        // Then
        Arrays.sort(nanos);
        System.out.printf(
                "%d edits under %d clients, from file write to first decision: p50 %d ms, p99 %d ms, %d calls%n",
                EDITS, CLIENTS, nanos[EDITS / 2] / 1_000_000, nanos[EDITS - 1] / 1_000_000, answers.size());
        assertThat(answers).allSatisfy(answer -> {
            Matcher versions = VERSIONS.matcher(answer);
            assertThat(versions.find()).as(answer).isTrue();
            assertThat(versions.group(1)).isEqualTo(versions.group(2));
        });
    }

    private void awaitVersion(int version, long deadline) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            while (!call(client).contains("first is v" + version + ";")) {
                assertThat(System.nanoTime()).as("edit %d never decided", version).isLessThan(deadline);
            }
        }
    }

    @Test
    void an_edit_that_does_not_compile_leaves_the_last_accepted_version_in_force() throws Exception {
        // Given
        Files.writeString(policies.resolve("policies.yaml"),
                policy("first", 7) + "---\n" + policy("second", 8).replace("args.n != 1000008", "args.n != "));

        // When
        String answer = awaitChange();

        // Then: the good half of the edit decides, and the other policy is as it was.
        assertThat(answer).contains("first is v7; second is v0");
    }

    private String awaitChange() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        try (HttpClient client = HttpClient.newHttpClient()) {
            while (true) {
                String answer = call(client);
                if (!answer.contains("first is v0")) {
                    return answer;
                }
                assertThat(System.nanoTime()).as("nothing changed: %s", answer).isLessThan(deadline);
            }
        }
    }
}
