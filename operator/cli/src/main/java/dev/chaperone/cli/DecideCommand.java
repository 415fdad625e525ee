package dev.chaperone.cli;

import java.util.stream.Collectors;
import dev.chaperone.config.OversightLease;
import dev.chaperone.cli.console.Console;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.chaperone.cli.console.Console.Tone;
import dev.chaperone.config.BundleException;
import dev.chaperone.config.Verdict;
import dev.chaperone.guardrail.engine.Decision;
import dev.chaperone.guardrail.engine.Definitions;
import dev.chaperone.guardrail.engine.Engine;
import dev.chaperone.guardrail.engine.OversightState;
import dev.chaperone.guardrail.engine.Reason;
import dev.chaperone.guardrail.engine.SessionState;
import dev.chaperone.guardrail.engine.ToolCall;
import dev.chaperone.guardrail.mcp.McpMessage;
import dev.chaperone.guardrail.mcp.RefusedException;
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
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "decide", description = "Says what a guardrail would decide on calls, and by which rules.", mixinStandardHelpOptions = true, exitCodeListHeading = "%nExit codes:%n", exitCodeList = {
        "0:every call was decided, whatever the verdicts",
        "1:the policies have errors",
        "2:wrong usage, or a line that is no call; the others are decided",
        "3:a file cannot be read"
})
final class DecideCommand implements Callable<Integer> {
    enum Format {
        TEXT, JSON
    }

    private static final String LEASE = "OversightLease/";

    @Option(names = "--policies", required = true, paramLabel = "PATH", description = "Files or trees of manifests.")
    private List<String> policies = List.of();

    @Option(names = "--agent", required = true, paramLabel = "NAMESPACE/NAME", converter = AgentName.Converter.class, description = "The agent that calls.")
    private AgentName agent = new AgentName("", "");

    @Option(names = "--call", required = true, paramLabel = "FILE|-", description = "Calls, one JSON object a line: {\"server\":…,\"tool\":…,\"args\":{…}}.")
    private String calls = "";

    @Option(names = "--session", paramLabel = "ID", defaultValue = "decide", description = "The session; decides canary arms.")
    private String session = "";

    @Option(names = "--lapsed", paramLabel = "REQUIREMENT", description = "Oversight that is not in force, for example monitoring.heartbeat; all other is.")
    private Set<String> lapsed = Set.of();

    @Option(names = "-o", paramLabel = "text|json", defaultValue = "text", description = "Output format (default: text).")
    private Format format = Format.TEXT;

    private SessionState state = new SessionState("", Instant.EPOCH, false);

    @Override
    public Integer call() throws IOException, BundleException {
        Manifests manifests = Manifests.of(ManifestFiles.read(policies));
        CompilationResult result = CompileCommand.compile(new PolicyCompiler(), manifests, agent);
        List<Issue> issues = manifests.issuesFor(agent);
        issues.addAll(result.issues());
        IssuePrinter.print(Console.err(), issues);
        if (issues.stream().anyMatch(Issue::isError)) {
            return ExitCode.FINDINGS;
        }
        Engine engine = Engine.load(result.bundle());
        state = new SessionState(session, Instant.now(), false);
        Console out = Console.out();
        int exit = ExitCode.FINE;
        int number = 0;
        for (byte[] line : lines(bytes())) {
            number++;
            if (new String(line, StandardCharsets.UTF_8).isBlank()) {
                continue;
            }
            try {
                CallLine call = CallLine.parse(line);
                Decision decision = decide(engine, call);
                out.line(format == Format.JSON ? json(number, call, decision) : text(out, call, decision));
            } catch (IllegalArgumentException e) {
                Console.err().line("call " + number + ": " + e.getMessage());
                exit = ExitCode.USAGE;
            }
        }
        return exit;
    }

    private OversightState held(Engine engine) {
        return new OversightState(
                engine.config().leases().stream().map(OversightLease::requirement)
                        .filter(requirement -> !lapsed.contains(requirement)).collect(Collectors.toSet()));
    }

    private Decision decide(Engine engine, CallLine line) {
        try {
            McpMessage.ToolCallRequest request = line.read();
            Decision decision = engine.decide(held(engine), state,
                    new ToolCall(line.server(), request.tool(), request.arguments(), Instant.now()),
                    // No server is asked here.
                    Definitions.AS_PINNED);
            if (decision.verdict() == Verdict.END_SESSION) {
                state = new SessionState(state.id(), state.startedAt(), true);
            }
            return decision;
        } catch (RefusedException e) {
            return new Decision(Verdict.DENY, e.code(), List.of(),
                    List.of(new Reason("", null, Verdict.DENY, true, String.valueOf(e.getMessage()))), Verdict.DENY, 0,
                    engine.config().revision());
        }
    }

    private static List<byte[]> lines(byte[] bytes) {
        List<byte[]> lines = new ArrayList<>();
        int start = 0;
        for (int i = 0; i <= bytes.length; i++) {
            if (i == bytes.length || bytes[i] == '\n') {
                lines.add(Arrays.copyOfRange(bytes, start, i));
                start = i + 1;
            }
        }
        return lines;
    }

    private byte[] bytes() throws IOException {
        if (!calls.equals(ManifestFiles.STANDARD_INPUT)) {
            Path file = Path.of(calls);
            if (!Files.isReadable(file)) {
                throw new EnvironmentException(calls + " cannot be read");
            }
            return Files.readAllBytes(file);
        }
        if (policies.contains(ManifestFiles.STANDARD_INPUT)) {
            throw new EnvironmentException("policies and calls cannot both come from standard input");
        }
        try (InputStream in = System.in) {
            return in.readAllBytes();
        }
    }

    private static String text(Console out, CallLine call, Decision decision) {
        StringBuilder text = new StringBuilder(out.tone(
                decision.allowed() ? Tone.GOOD : Tone.BAD, decision.verdict().wireName()));
        text.append(' ').append(Console.plain(call.server())).append('/').append(Console.plain(call.tool()));
        if (decision.code() != null) {
            text.append(" (").append(decision.code().wireName()).append(')');
        }
        if (!decision.messages().isEmpty()) {
            text.append(": ").append(String.join("; ", decision.messages()));
        }
        if (decision.wouldVerdict() != decision.verdict()) {
            text.append(", would be ").append(decision.wouldVerdict().wireName()).append(" if all were enforced");
        }
        if (decision.ignoredErrors() > 0) {
            text.append("\n    ignored, by their failure policy: ").append(decision.ignoredErrors())
                    .append(" that could not be evaluated");
        }
        for (Reason reason : decision.reasons()) {
            text.append("\n    ").append(reason.verdict().wireName()).append(" by ").append(describe(reason));
        }
        return text.toString();
    }

    private static String describe(Reason reason) {
        if ("no_opinion".equals(reason.error())) {
            return "the guardrail, because no policy has an opinion";
        }
        if (reason.policy().startsWith(LEASE)) {
            return "oversight that is not in force: " + reason.policy().substring(LEASE.length())
                    + (reason.counted() ? "" : ", audited only");
        }
        String by = reason.policy().isEmpty()
                ? "the guardrail"
                : reason.policy() + (reason.rule() == null ? ", its default" : ", rule " + reason.rule());
        return by + (reason.error() == null ? "" : " (" + reason.error() + ")")
                + (reason.counted() ? "" : ", audited only");
    }

    private static String json(int line, CallLine call, Decision decision) throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode node = mapper.createObjectNode()
                .put("line", line)
                .put("server", call.server())
                .put("tool", call.tool())
                .put("verdict", decision.verdict().wireName());
        node.put("code", decision.code() == null ? null : decision.code().wireName());
        ArrayNode messages = node.putArray("messages");
        decision.messages().forEach(messages::add);
        ArrayNode rules = node.putArray("rules");
        for (Reason reason : decision.reasons()) {
            if (reason.policy().isEmpty()) {
                node.put("why", reason.error());
                continue;
            }
            ObjectNode rule = rules.addObject().put("policy", reason.policy());
            rule.put("rule", reason.rule());
            rule.put("verdict", reason.verdict().wireName()).put("counted", reason.counted());
            if (reason.error() != null) {
                rule.put("error", reason.error());
            }
        }
        return mapper.writeValueAsString(node.put("wouldVerdict", decision.wouldVerdict().wireName())
                .put("ignoredErrors", decision.ignoredErrors())
                .put("revision", decision.revision()));
    }
}
