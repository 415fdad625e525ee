package dev.chaperone.guardrail.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chaperone.config.Bundle;
import dev.chaperone.config.BundleCodec;
import dev.chaperone.config.GuardrailConfigSpec;
import dev.chaperone.guardrail.GuardrailMain;
import dev.chaperone.guardrail.config.TestOperator;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a guardrail loads is what it takes to start and to keep: Jackson's mapping of objects is no part of that. */
class LoadedClassesTest {
    private static final Pattern LISTENS = Pattern.compile("address=/([0-9.]+):(\\d+) ready=true");
    private static final Pattern MAPPING = Pattern
            .compile("com\\.fasterxml\\.jackson\\.databind\\.(ObjectMapper|(deser|ser|introspect)\\.)");
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String LIST = "{\"tools\":[{\"name\":\"read_file\",\"x\":1.10},{\"name\":\"delete_file\"}]}";

    @TempDir
    Path directory;

    @Test
    void a_serving_guardrail_maps_no_objects() throws Exception {
        // Given
        try (ToolServer server = new ToolServer()) {
            server.answers(exchange -> {
                if (exchange.method().equals("tools/list")) {
                    exchange.stream("data: " + exchange.result(LIST) + "\n\n");
                } else {
                    ToolServer.sensible(exchange);
                }
            });
            Files.write(directory.resolve("bundle.json"), TestConfigs.bundle(server.port()));
            Files.writeString(directory.resolve("session.json"),
                    "{\"id\":\"s\",\"startedAt\":\"2026-01-01T00:00:00Z\",\"ended\":false}");

            // When
            List<RawHttp.Message> answers = served();

            // Then
            assertThat(answers).extracting(RawHttp.Message::status).containsOnly(200);
            assertThat(answers.get(1).text()).contains("read_file", "1.10").doesNotContain("delete_file");
            assertThat(answers.get(2).text()).contains("done");
            assertThat(answers.get(3).text()).contains("invalid_arguments");
            assertThat(answers.getLast().text()).contains("session_ended");
            assertThat(loaded()).anyMatch(line -> line.contains("databind.node.ObjectNode"))
                    .noneMatch(line -> MAPPING.matcher(line).find());
        }
    }

    @Test
    void a_guardrail_of_an_operator_maps_no_objects_either() throws Exception {
        // Given
        try (TestOperator operator = new TestOperator(); ToolServer server = new ToolServer()) {
            GuardrailConfigSpec config = TestConfigs.config(server.port(), "first");
            operator.gives(config.revision(), BundleCodec.write(new Bundle(config, new TreeMap<>())));
            Files.writeString(directory.resolve("token"), "token-1");

            // When
            Process guardrail = start(Map.of(
                    "CHAPERONE_CHANNEL_URL", operator.url().toString(),
                    "CHAPERONE_CHANNEL_CA", TestOperator.authority(),
                    "CHAPERONE_TOKEN_FILE", directory.resolve("token").toString(),
                    "CHAPERONE_SPOOL_DIRECTORY", directory.resolve("spool").toString(),
                    "CHAPERONE_POD_NAMESPACE", "dev",
                    "CHAPERONE_POD_NAME", "coder-1"));
            try {
                Rig.await("evidence", () -> !operator.evidence().isEmpty());
            } finally {
                guardrail.destroyForcibly().onExit().join();
            }

            // Then
            assertThat(loaded()).anyMatch(line -> line.contains("guardrail.spool.SpoolState"))
                    .noneMatch(line -> MAPPING.matcher(line).find());
        }
    }

    private List<RawHttp.Message> served() throws IOException, InterruptedException {
        Process guardrail = start(Map.of("CHAPERONE_CONFIG_DIRECTORY", directory.toString()));
        try (Agent agent = new Agent(address(guardrail))) {
            List<Request> requests = List.of(
                    Request.rpc("files", "initialize"),
                    Request.rpc("files", "tools/list"),
                    Request.call("files", "read_file", "{}"),
                    Request.call("typed", "read_page", "{\"page\":\"first\"}"),
                    Request.call("files", "end_session", "{}"),
                    Request.call("files", "read_file", "{}"));
            List<RawHttp.Message> answers = new ArrayList<>();
            for (Request request : requests) {
                answers.add(agent.exchange(request));
            }
            return answers;
        } finally {
            guardrail.destroy();
            if (!guardrail.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                guardrail.destroyForcibly();
            }
        }
    }

    private Process start(Map<String, String> source) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xlog:class+load:file=" + directory.resolve("classes"),
                "-cp", System.getProperty("java.class.path"), GuardrailMain.class.getName())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("output").toFile());
        builder.environment().put("CHAPERONE_AGENT", "dev/coder");
        builder.environment().putAll(source);
        builder.environment().put("CHAPERONE_STATE_DIRECTORY", directory.toString());
        builder.environment().put("CHAPERONE_PORT", "0");
        builder.environment().put("CHAPERONE_ADMIN_ADDRESS", "127.0.0.1");
        builder.environment().put("CHAPERONE_ADMIN_PORT", "0");
        return builder.start();
    }

    private InetSocketAddress address(Process guardrail) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            String output = Files.readString(directory.resolve("output"));
            Matcher matcher = LISTENS.matcher(output);
            if (matcher.find()) {
                return new InetSocketAddress(matcher.group(1), Integer.parseInt(matcher.group(2)));
            }
            assertThat(guardrail.isAlive()).as(output).isTrue();
            assertThat(System.nanoTime()).as(output).isLessThan(deadline);
            Thread.sleep(20);
        }
    }

    private List<String> loaded() throws IOException {
        try (Stream<String> lines = Files.lines(directory.resolve("classes"))) {
            return lines.toList();
        }
    }
}
