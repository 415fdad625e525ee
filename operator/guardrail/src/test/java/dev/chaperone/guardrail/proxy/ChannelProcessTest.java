package dev.chaperone.guardrail.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.chaperone.config.Bundle;
import dev.chaperone.config.BundleCodec;
import dev.chaperone.config.GuardrailConfigSpec;
import dev.chaperone.guardrail.config.TestOperator;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A guardrail as it runs in a pod: configs by the channel, the audit trail on its standard output. */
@Timeout(240)
class ChannelProcessTest {
    private static final long PATIENCE_SECONDS = 60;
    private static final long POLL_MILLIS = 100;
    private static final long STOPPED_MILLIS = 3_000;

    @TempDir
    Path directory;

    private final CountDownLatch over = new CountDownLatch(1);
    private TestOperator operator;
    private ToolServer server;
    private GuardrailProcess guardrail;

    @BeforeEach
    void prepare() throws IOException {
        operator = new TestOperator();
        server = new ToolServer();
        Files.writeString(directory.resolve("token"), "token-1");
        Files.createDirectories(directory.resolve("state"));
    }

    @AfterEach
    void stop() throws IOException {
        over.countDown();
        if (guardrail != null) {
            guardrail.close();
        }
        server.close();
        operator.close();
    }

    private Map<String, String> variables() {
        return new HashMap<>(Map.of(
                "CHAPERONE_CHANNEL_URL", operator.url().toString(),
                "CHAPERONE_CHANNEL_CA", TestOperator.authority(),
                "CHAPERONE_TOKEN_FILE", directory.resolve("token").toString(),
                "CHAPERONE_POD_NAMESPACE", "dev",
                "CHAPERONE_POD_NAME", "coder-1"));
    }

    private String gives(String generation) {
        GuardrailConfigSpec config = TestConfigs.config(server.port(), generation);
        operator.gives(config.revision(), BundleCodec.write(new Bundle(config, new TreeMap<>())));
        return config.revision();
    }

    private RawHttp.Message call(String tool) throws IOException {
        try (Agent agent = new Agent(guardrail.address())) {
            return agent.exchange(Request.call("files", tool, "{}"));
        }
    }

    /** Calls leave lines in the trail, which an unread pipe does not hold many of: so the log is asked first. */
    private void awaitServing() throws Exception {
        await("a config", () -> log().contains("Config loaded"));
        await("an answer", () -> call("read_file").text().contains("done"));
    }

    private void await(String what, Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!condition.call()) {
            assertThat(System.nanoTime()).as("%s; %s", what, log()).isLessThan(deadline);
            Thread.sleep(POLL_MILLIS);
        }
    }

    private String log() throws IOException {
        return Files.readString(directory.resolve("log"));
    }

    private AuditTrail trail() throws IOException {
        return AuditTrail.read(directory.resolve("state/audit.jsonl"));
    }

    private boolean hangs() {
        try {
            over.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return true;
    }

    @Test
    void after_a_stop_nothing_is_decided_before_the_operator_was_asked_again() throws Exception {
        // Given
        gives("old");
        guardrail = GuardrailProcess.start(directory, variables());
        awaitServing();
        int before = server.received().size();
        try (Agent agent = new Agent(guardrail.address())) {
            guardrail.signal("STOP");
            // The answer that was held back lies in the socket now, and there is no other.
            operator.fails(_ -> hangs());
            String revision = gives("new");
            agent.send(Request.call("files", "read_file", "{}"));
            Thread.sleep(STOPPED_MILLIS);

            // When
            guardrail.signal("CONT");
            RawHttp.Message first = agent.receive();
            RawHttp.Message list = agent.exchange(Request.rpc("files", "tools/list"));
            int meanwhile = server.received().size();
            operator.fails(TestOperator.Fault.NONE);
            over.countDown();
            awaitServing();

            // Then
            assertThat(first.text()).contains("not_ready");
            assertThat(list.status()).isEqualTo(503);
            assertThat(meanwhile).isEqualTo(before);
            assertThat(decisionsAfter("not_ready")).extracting(line -> line.path("revision").asText())
                    .containsOnly(revision);
        }
    }

    private List<JsonNode> decisionsAfter(String code) throws IOException {
        List<JsonNode> all = trail().decisions();
        int last = -1;
        for (int i = 0; i < all.size(); i++) {
            last = all.get(i).path("code").asText().equals(code) ? i : last;
        }
        return all.subList(last + 1, all.size());
    }

    @Test
    void after_a_stop_the_last_good_config_decides_when_the_operator_is_down() throws Exception {
        // Given
        gives("old");
        guardrail = GuardrailProcess.start(directory, variables());
        awaitServing();
        operator.close();
        guardrail.signal("STOP");
        Thread.sleep(STOPPED_MILLIS);

        // When
        guardrail.signal("CONT");

        // Then
        awaitServing();
    }

    @Test
    void before_a_config_says_whose_it_is_the_trail_speaks_of_the_pod() throws Exception {
        // Given
        operator.fails(exchange -> {
            exchange.sendResponseHeaders(503, -1);
            return true;
        });
        guardrail = GuardrailProcess.start(directory, variables());
        RawHttp.Message early = call("read_file");

        // When
        gives("first");
        operator.fails(TestOperator.Fault.NONE);
        awaitServing();

        // Then
        assertThat(early.text()).contains("not_ready");
        assertThat(trail().decisions().getFirst().path("agent").asText()).isEqualTo("pod dev/coder-1");
        assertThat(trail().decisions().getLast().path("agent").asText()).isEqualTo("dev/coder");
    }

    @ParameterizedTest
    @ValueSource(strings = {"pipe", "file", "socket"})
    void the_standard_output_is_the_trail_and_nothing_else(String kind) throws Exception {
        // Given
        gives("first");
        Path output = directory.resolve("output");
        try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            ProcessBuilder builder = GuardrailProcess.builder(onStdout());
            if (kind.equals("file")) {
                builder.redirectOutput(output.toFile());
            } else if (kind.equals("socket")) {
                List<String> command = new ArrayList<>(List.of("bash", "-c",
                        "exec \"$@\" >/dev/tcp/127.0.0.1/" + listening.getLocalPort(), "bash"));
                command.addAll(builder.command());
                builder.command(command);
            }
            guardrail = GuardrailProcess.start(directory, builder);

            // When
            awaitServing();
            RawHttp.Message denied = call("delete_file");
            guardrail.signal("TERM");

            // Then
            if (kind.equals("pipe")) {
                Files.write(output, guardrail.process().getInputStream().readAllBytes());
            } else if (kind.equals("socket")) {
                try (Socket socket = listening.accept(); InputStream in = socket.getInputStream()) {
                    Files.write(output, in.readAllBytes());
                }
            }
            assertThat(guardrail.process().waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
            AuditTrail trail = AuditTrail.read(output);
            assertThat(denied.text()).contains("policy_denied");
            assertThat(trail.problems()).isEmpty();
            assertThat(trail.lines()).hasSameSizeAs(Files.readAllLines(output));
            assertThat(trail.decisions().getLast().path("tool").asText()).isEqualTo("delete_file");
            assertThat(trail.withoutOutcome()).isEmpty();
        }
    }

    private Map<String, String> onStdout() {
        Map<String, String> variables = variables();
        variables.put("CHAPERONE_AUDIT_FILE", "/dev/stdout");
        return variables;
    }

    @Test
    void while_nobody_reads_the_standard_output_nothing_is_forwarded() throws Exception {
        // Given
        gives("first");
        guardrail = GuardrailProcess.start(directory, onStdout());
        awaitServing();
        RawHttp.Message answer = call("read_file");
        while (answer.status() == 200) {
            answer = call("read_file");
        }
        int before = server.received().size();

        // When
        RawHttp.Message stuck = call("read_file");
        int forwarded = server.received().size();
        Path output = directory.resolve("output");
        InputStream trail = guardrail.process().getInputStream();
        Thread reader = Thread.ofPlatform().start(() -> {
            try {
                Files.copy(trail, output);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        awaitServing();
        guardrail.signal("TERM");
        reader.join();

        // Then
        assertThat(answer.text()).contains("internal_error");
        assertThat(stuck.text()).contains("internal_error");
        assertThat(forwarded).isEqualTo(before);
        assertThat(AuditTrail.read(output).problems()).isEmpty();
        assertThat(AuditTrail.read(output).tornWithinBoots()).isEmpty();
    }

    @Test
    void when_the_standard_output_is_closed_nothing_is_forwarded() throws Exception {
        // Given
        gives("first");
        guardrail = GuardrailProcess.start(directory, onStdout());
        awaitServing();
        int before = server.received().size();

        // When
        guardrail.process().getInputStream().close();

        // Then
        assertThat(call("read_file").text()).contains("internal_error");
        assertThat(server.received()).hasSize(before);
    }

    @Test
    void two_sources_are_wrong_usage() throws Exception {
        // Given
        Map<String, String> variables = variables();
        variables.put("CHAPERONE_STATE_DIRECTORY", directory.resolve("state").toString());
        variables.put("CHAPERONE_CONFIG_DIRECTORY", directory.toString());

        // When
        Process process = GuardrailProcess.builder(variables).redirectErrorStream(true).start();

        // Then
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isEqualTo(2);
        assertThat(output).contains("exactly one of CHAPERONE_CHANNEL_URL and CHAPERONE_CONFIG_DIRECTORY");
    }
}
