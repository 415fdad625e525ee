package dev.chaperone.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.chaperone.cli.console.Console;
import dev.chaperone.cli.console.Console.Tone;
import dev.chaperone.guardrail.Guardrail;
import dev.chaperone.guardrail.GuardrailSettings;
import dev.chaperone.guardrail.config.ConfigSource;
import dev.chaperone.guardrail.proxy.Limits;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Plays an agent's session against the policies of {@code policies/}, and tells it. */
public final class Demo {
    private static final String TESTS = "/workspace/tests/test_calculator.py";
    private static final List<String> MANIFESTS = List.of(
            "agent.yaml",
            "coding-agent/policy.yaml",
            "coding-agent/tools.yaml",
            "office-agent/policy.yaml",
            "office-agent/tools.yaml",
            "payment-ceiling/policy.yaml",
            "payment-ceiling/tools.yaml");
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Console console;
    private final Path directory;
    private final Path policies;
    private final Path audit;
    private int probes;

    /** Makes the source of configs for a tree of manifests. */
    public interface SourceFactory {
        ConfigSource of(Path policies, Path stateDirectory) throws IOException;
    }

    private Demo(Console console, Path directory) {
        this.console = console;
        this.directory = directory;
        this.policies = directory.resolve("policies");
        this.audit = directory.resolve("state").resolve("audit.jsonl");
    }

    /** Plays it. */
    public static void play(Console console, SourceFactory sources) throws Exception {
        Path directory = Files.createTempDirectory("chaperone-demo");
        try {
            new Demo(console, directory).play(sources);
        } finally {
            delete(directory);
        }
    }

    private void play(SourceFactory sources) throws Exception {
        writeWorkspace();
        try (DemoTools tools = DemoTools.start(directory)) {
            writePolicies(tools);
            Path state = directory.resolve("state");
            try (Guardrail guardrail = Guardrail.start(settings(state), sources.of(policies, state), Clock.systemUTC());
                    DemoAgent agent = new DemoAgent("http://127.0.0.1:" + guardrail.address().getPort())) {
                tell(tools, agent);
            }
        }
    }

    private GuardrailSettings settings(Path state) {
        InetSocketAddress anyPort = new InetSocketAddress("127.0.0.1", 0);
        return new GuardrailSettings(
                "default/assistant", anyPort, anyPort, Set.of(), state, audit, null, null, Limits.DEFAULT);
    }

    private void tell(DemoTools tools, DemoAgent agent) throws IOException, InterruptedException {
        console.line("An agent, three tool servers, and between them a guardrail with the policies of policies/.");
        console.line("");
        console.line("What the agent is shown:");
        for (String server : List.of("files", "mail", "payments")) {
            console.line("  " + server + ": " + String.join(", ", agent.tools(server)));
        }
        console.line("");
        console.line("It works in its workspace:");
        call(agent, "files", "read_file", Map.of("path", "/workspace/src/calculator.py"));
        call(agent, "files", "write_file",
                Map.of("path", "/workspace/src/calculator.py", "content", "def add(a, b):\n    return a + b\n"));
        console.line("");
        console.line("A test fails, and it tries the short way:");
        String before = Files.readString(directory.resolve(TESTS.substring(1)));
        call(agent, "files", "delete_file", Map.of("path", TESTS));
        call(agent, "files", "write_file",
                Map.of("path", "/workspace/src/../tests/./test_calculator.py", "content", "pass\n"));
        call(agent, "files", "read_file", Map.of("path", "/workspace/../etc/passwd"));
        boolean same = before.equals(Files.readString(directory.resolve(TESTS.substring(1))));
        console.line("  The test is " + (same ? "as it was, byte for byte." : "CHANGED."));
        console.line("");
        console.line("It writes mail:");
        call(agent, "mail", "send_mail", mail("bob@example.com"));
        call(agent, "mail", "send_mail", mail("eve@example.com.evil.org"));
        console.line("");
        console.line("It pays:");
        call(agent, "payments", "send_payment", payment(40));
        String old = call(agent, "payments", "send_payment", payment(250));
        call(agent, "payments", "send_payment", Map.of("to", "ACME", "amount", "250", "currency", "EUR"));
        console.line("");
        editCeiling();
        console.line("An admin edits policies/payment-ceiling/policy.yaml: the ceiling is 500 EUR now.");
        Duration took = awaitNewRevision(agent, old);
        console.line("  A new revision decides after " + took.toMillis() + " ms:");
        call(agent, "payments", "send_payment", payment(250));
        call(agent, "payments", "send_payment", payment(600));
        console.line("");
        List<JsonNode> records = records();
        long allowed = decisions(records, "Allow");
        console.line(allowed + " calls were allowed and " + (decisions(records, "Deny") - probes) + " denied; "
                + tools.calls()
                + " reached a tool. Each has its line in the audit trail, chained to the one before by its digest.");
    }

    /** Calls a tool and tells what came of it and why. Returns the revision that decided. */
    private String call(DemoAgent agent, String server, String tool, Map<String, Object> arguments) throws IOException {
        DemoAgent.Answer answer = agent.call(server, tool, arguments);
        JsonNode decision = lastDecision();
        boolean allowed = decision.path("verdict").asText().equals("Allow");
        String verdict = allowed ? console.tone(Tone.GOOD, "allowed") : console.tone(Tone.BAD, "denied ");
        console.line("  " + verdict + "  " + server + "/" + tool + " " + console.tone(Tone.QUIET, shown(arguments)));
        console.line("           " + (answer.error() ? "agent reads: " : "tool says: ") + firstLine(answer.text()));
        List<String> reasons = new ArrayList<>();
        for (JsonNode rule : decision.path("rules")) {
            if (rule.path("error").asText().equals("no_opinion")) {
                reasons.add("Deny by the guardrail, because no policy has an opinion");
                continue;
            }
            String by = rule.path("policy").asText();
            reasons.add(rule.path("verdict").asText() + " by " + (by.isEmpty() ? "the guardrail" : by)
                    + (rule.has("rule") ? ", rule " + rule.path("rule").asText() : "")
                    + (rule.has("error") ? " (" + rule.path("error").asText() + ")" : ""));
        }
        console.line(console.tone(Tone.QUIET, "           audit trail: "
                + (reasons.isEmpty() ? "no rule allows it" : String.join("; ", reasons))));
        return decision.path("revision").asText();
    }

    private Duration awaitNewRevision(DemoAgent agent, String old) throws IOException, InterruptedException {
        long start = System.nanoTime();
        long deadline = start + Duration.ofSeconds(10).toNanos();
        while (System.nanoTime() < deadline) {
            agent.call("payments", "send_payment", payment(1000));
            probes++;
            if (!lastDecision().path("revision").asText().equals(old)) {
                return Duration.ofNanos(System.nanoTime() - start);
            }
            Thread.sleep(10);
        }
        throw new IllegalStateException("the edit did not come into force");
    }

    private static Map<String, Object> mail(String to) {
        Map<String, Object> mail = new TreeMap<>();
        mail.put("to", List.of(to));
        mail.put("subject", "Report");
        mail.put("body", "The numbers of this week");
        return mail;
    }

    private static Map<String, Object> payment(int amount) {
        Map<String, Object> payment = new TreeMap<>();
        payment.put("to", "ACME");
        payment.put("amount", amount);
        payment.put("currency", "EUR");
        return payment;
    }

    private static String shown(Map<String, Object> arguments) throws IOException {
        String text = MAPPER.writeValueAsString(new TreeMap<>(arguments));
        return text.length() > 76 ? text.substring(0, 75) + "…" : text;
    }

    private static String firstLine(String text) {
        return text.lines().findFirst().orElse("");
    }

    private List<JsonNode> records() throws IOException {
        try (Stream<String> lines = Files.lines(audit)) {
            return lines.map(Demo::parse).toList();
        }
    }

    private JsonNode lastDecision() throws IOException {
        return records().reversed().stream()
                .filter(record -> record.path("event").asText().equals("decision"))
                .findFirst()
                .orElseThrow();
    }

    private static long decisions(List<JsonNode> records, String verdict) {
        return records.stream()
                .filter(record -> record.path("event").asText().equals("decision")
                        && record.path("verdict").asText().equals(verdict))
                .count();
    }

    private static JsonNode parse(String line) {
        try {
            return MAPPER.readTree(line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void writeWorkspace() throws IOException {
        Path workspace = directory.resolve("workspace");
        Files.createDirectories(workspace.resolve("src"));
        Files.createDirectories(workspace.resolve("tests"));
        Files.writeString(workspace.resolve("src/calculator.py"), "def add(a, b):\n    return a - b\n");
        Files.writeString(workspace.resolve("tests/test_calculator.py"),
                "def test_add():\n    assert add(2, 2) == 4\n");
    }

    // The manifests as they are in policies/, but for the addresses: the demonstration's tools live here.
    private void writePolicies(DemoTools tools) throws IOException {
        for (String manifest : MANIFESTS) {
            String text = resource("/policies/" + manifest);
            for (String server : List.of("files", "mail", "payments")) {
                text = text.replace("http://" + server + ".tools.svc:8080/mcp", tools.url(server));
            }
            Path file = policies.resolve(manifest);
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
        }
    }

    private void editCeiling() throws IOException {
        Path file = policies.resolve("payment-ceiling/policy.yaml");
        Files.writeString(file, Files.readString(file).replace("100", "500"));
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = Demo.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IOException(name + " is missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static void delete(Path directory) throws IOException {
        List<Path> files;
        try (Stream<Path> tree = Files.walk(directory)) {
            files = tree.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : files) {
            Files.deleteIfExists(file);
        }
    }
}
