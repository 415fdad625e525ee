package dev.chaperone.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.chaperone.cli.console.Console;
import dev.chaperone.cli.console.Console.Tone;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** An agent's session with the policies of {@code policies/}, and an edit in its midst. */
final class Story {
    private static final String TESTS = "/workspace/tests/test_calculator.py";
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int PROBE_MILLIS = 10;
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Console console;
    private final Stage stage;
    private int allowed;
    private int denied;

    Story(Console console, Stage stage) {
        this.console = console;
        this.stage = stage;
    }

    /** Plays and tells it. Returns whether it went as it is meant to go. */
    boolean tell() throws IOException, InterruptedException {
        console.line("An agent, three tool servers, and between them a guardrail with the policies of policies/.");
        console.line("");
        console.line("What the agent is shown:");
        for (String server : DemoTools.SERVERS) {
            console.line("  " + server + ": " + String.join(", ", stage.tools(server)));
        }
        console.line("");
        console.line("It works in its workspace:");
        call("files", "read_file", Map.of("path", "/workspace/src/calculator.py"));
        call("files", "write_file",
                Map.of("path", "/workspace/src/calculator.py", "content", "def add(a, b):\n    return a + b\n"));
        console.line("");
        console.line("A test fails, and it tries the short way:");
        String before = stage.file(TESTS);
        call("files", "delete_file", Map.of("path", TESTS));
        call("files", "write_file",
                Map.of("path", "/workspace/src/../tests/./test_calculator.py", "content", "pass\n"));
        call("files", "read_file", Map.of("path", "/workspace/../etc/passwd"));
        boolean same = before.equals(stage.file(TESTS));
        console.line("  The test is " + (same ? "as it was, byte for byte." : "CHANGED."));
        console.line("");
        console.line("It writes mail:");
        call("mail", "send_mail", mail("bob@example.com"));
        call("mail", "send_mail", mail("eve@example.com.evil.org"));
        console.line("");
        console.line("It pays:");
        call("payments", "send_payment", payment(40));
        String old = call("payments", "send_payment", payment(250));
        call("payments", "send_payment", Map.of("to", "ACME", "amount", "250", "currency", "EUR"));
        console.line("");
        console.line("An admin edits policies/payment-ceiling/policy.yaml: the ceiling is 500 EUR now.");
        long edited = System.nanoTime();
        stage.editCeiling();
        awaitNewRevision(old);
        console.line("  A new revision decides after " + Duration.ofNanos(System.nanoTime() - edited).toMillis()
                + " ms:");
        call("payments", "send_payment", payment(250));
        call("payments", "send_payment", payment(600));
        console.line("");
        int reached = stage.reached();
        console.line(allowed + " calls were allowed and " + denied + " denied; " + reached
                + " reached a tool. Each has its line in the audit trail, chained to the one before by its digest.");
        return same && reached == allowed;
    }

    /** Calls a tool and tells what came of it and why. Returns the revision that decided. */
    private String call(String server, String tool, Map<String, Object> arguments)
            throws IOException, InterruptedException {
        Stage.Call call = stage.call(server, tool, arguments);
        boolean allows = call.decision().path("verdict").asText().equals("Allow");
        if (allows) {
            allowed++;
        } else {
            denied++;
        }
        String verdict = allows ? console.tone(Tone.GOOD, "allowed") : console.tone(Tone.BAD, "denied ");
        console.line("  " + verdict + "  " + server + "/" + tool + " " + console.tone(Tone.QUIET, shown(arguments)));
        console.line("           " + (call.answer().error() ? "agent reads: " : "tool says: ")
                + firstLine(call.answer().text()));
        List<String> reasons = new ArrayList<>();
        for (JsonNode rule : call.decision().path("rules")) {
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
        return revision(call);
    }

    private void awaitNewRevision(String old) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (revision(stage.call("payments", "send_payment", payment(1000))).equals(old)) {
            if (System.nanoTime() > deadline) {
                throw new DemoException("the edit did not come into force within " + PATIENCE.toSeconds() + " s");
            }
            Thread.sleep(PROBE_MILLIS);
        }
    }

    private static String revision(Stage.Call call) {
        return call.decision().path("revision").asText();
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
}
