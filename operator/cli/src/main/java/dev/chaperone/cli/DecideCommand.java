package dev.chaperone.cli;

import dev.chaperone.cli.console.Console;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.chaperone.cli.console.Console.Tone;
import dev.chaperone.config.BundleException;
import dev.chaperone.guardrail.engine.Decision;
import dev.chaperone.guardrail.engine.Engine;
import dev.chaperone.guardrail.engine.OversightState;
import dev.chaperone.guardrail.engine.Reason;
import dev.chaperone.guardrail.engine.SessionState;
import dev.chaperone.guardrail.engine.ToolCall;
import dev.chaperone.guardrail.json.JsonObject;
import dev.chaperone.guardrail.json.MalformedJsonException;
import dev.chaperone.guardrail.json.StrictJson;
import dev.chaperone.policy.CompilationResult;
import dev.chaperone.policy.Issue;
import dev.chaperone.policy.PolicyCompiler;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "decide", description = "Says what a guardrail would decide on calls, and by which rules.", mixinStandardHelpOptions = true, exitCodeListHeading = "%nExit codes:%n", exitCodeList = {
        "0:every call was decided, whatever the verdicts",
        "1:the policies have errors",
        "2:wrong usage, or a line that is no call",
        "3:a file cannot be read"
})
final class DecideCommand implements Callable<Integer> {
    enum Format {
        TEXT, JSON
    }

    @Option(names = "--policies", required = true, paramLabel = "PATH", description = "Files or trees of manifests.")
    private List<String> policies = List.of();

    @Option(names = "--agent", required = true, paramLabel = "NAMESPACE/NAME", converter = AgentName.Converter.class, description = "The agent that calls.")
    private AgentName agent = new AgentName("", "");

    @Option(names = "--call", required = true, paramLabel = "FILE|-", description = "Calls, one JSON object a line: {\"server\":…,\"tool\":…,\"args\":{…}}.")
    private String calls = "";

    @Option(names = "--session", paramLabel = "ID", defaultValue = "decide", description = "The session; decides canary arms.")
    private String session = "";

    @Option(names = "-o", paramLabel = "text|json", defaultValue = "text", description = "Output format (default: text).")
    private Format format = Format.TEXT;

    @Override
    public Integer call() throws IOException, BundleException {
        Manifests manifests = Manifests.of(ManifestFiles.read(policies));
        CompilationResult result = CompileCommand.compile(new PolicyCompiler(), manifests, agent);
        List<Issue> issues = new ArrayList<>(manifests.issues());
        issues.addAll(result.issues());
        IssuePrinter.print(Console.err(), issues);
        if (issues.stream().anyMatch(Issue::isError)) {
            return ExitCode.FINDINGS;
        }
        Engine engine = Engine.load(result.bundle());
        var state = new SessionState(session, Instant.now(), false);
        Console out = Console.out();

        int number = 0;
        for (String line : text().split("\n")) {
            number++;
            if (line.isBlank()) {
                continue;
            }
            ToolCall call;
            try {
                call = parse(line);
            } catch (MalformedJsonException | IllegalArgumentException e) {
                Console.err().line("call " + number + ": " + e.getMessage());
                return ExitCode.USAGE;
            }
            Decision decision = engine.decide(OversightState.NONE, state, call);

            out.line(format == Format.JSON ? json(call, decision) : text(out, call, decision));
        }
        return ExitCode.FINE;
    }

    private String text() throws IOException {
        if (!calls.equals(ManifestFiles.STANDARD_INPUT)) {
            Path file = Path.of(calls);
            if (!Files.isReadable(file)) {
                throw new EnvironmentException(calls + " cannot be read");
            }
            return Files.readString(file);
        }
        try (InputStream in = System.in) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static ToolCall parse(String line) throws MalformedJsonException {
        JsonObject call = StrictJson.parse(line.getBytes(StandardCharsets.UTF_8));
        Object arguments = call.getOrDefault("args", JsonObject.EMPTY);
        if (!(call.get("server") instanceof String server) || !(call.get("tool") instanceof String tool)
                || !(arguments instanceof JsonObject object)
                || !Set.of("server", "tool", "args").containsAll(call.keySet())) {
            throw new IllegalArgumentException("a call is {\"server\": \"…\", \"tool\": \"…\", \"args\": {…}}");
        }
        return new ToolCall(server, tool, object, Instant.now());
    }

    private static String text(Console out, ToolCall call, Decision decision) {
        StringBuilder text = new StringBuilder(out.tone(
                decision.allowed() ? Tone.GOOD : Tone.BAD, decision.verdict().wireName()));
        text.append(' ').append(call.server()).append('/').append(call.tool());
        if (decision.code() != null) {
            text.append(" (").append(decision.code().wireName()).append(')');
        }
        if (!decision.messages().isEmpty()) {
            text.append(": ").append(String.join("; ", decision.messages()));
        }
        if (decision.wouldVerdict() != decision.verdict()) {
            text.append(", would be ").append(decision.wouldVerdict().wireName()).append(" if all were enforced");
        }
        for (Reason reason : decision.reasons()) {
            text.append("\n    ").append(reason.verdict().wireName()).append(" by ").append(describe(reason));
        }
        return text.toString();
    }

    private static String describe(Reason reason) {
        String by = reason.policy().isEmpty()
                ? "the guardrail"
                : reason.policy() + (reason.rule() == null ? ", its default" : ", rule " + reason.rule());
        return by + (reason.error() == null ? "" : " (" + reason.error() + ")")
                + (reason.counted() ? "" : ", audited only");
    }

    private static String json(ToolCall call, Decision decision) throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode node = mapper.createObjectNode()
                .put("server", call.server())
                .put("tool", call.tool())
                .put("verdict", decision.verdict().wireName());
        node.put("code", decision.code() == null ? null : decision.code().wireName());
        ArrayNode messages = node.putArray("messages");
        decision.messages().forEach(messages::add);
        ArrayNode rules = node.putArray("rules");
        for (Reason reason : decision.reasons()) {
            ObjectNode rule = rules.addObject().put("policy", reason.policy());
            rule.put("rule", reason.rule());
            rule.put("verdict", reason.verdict().wireName()).put("counted", reason.counted());
            if (reason.error() != null) {
                rule.put("error", reason.error());
            }
        }
        return mapper.writeValueAsString(node.put("wouldVerdict", decision.wouldVerdict().wireName())
                .put("revision", decision.revision()));
    }
}
