package dev.chaperone.cli.audit;

import dev.chaperone.config.Digests;
import dev.chaperone.config.audit.ChainPosition;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Trails as guardrails write them, of a clock that goes on by a second for each record. */
final class TestTrail {
    static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final String boot;
    private final String agent;
    private final List<String> lines = new ArrayList<>();
    private Instant now;
    private String previous = ChainPosition.FIRST;

    private TestTrail(int number, String agent, Instant start) {
        this.boot = boot(number);
        this.agent = agent;
        now = start;
    }

    /** A boot that comes after another one, or after nothing. */
    static TestTrail boot(int number, String agent, @Nullable TestTrail before) {
        TestTrail trail = new TestTrail(number, agent, before == null ? START : before.now);
        trail.record("boot", before == null
                ? ""
                : ",\"after\":{\"boot\":\"" + before.boot + "\",\"seq\":" + (before.size() - 1) + ",\"digest\":\""
                        + before.previous + "\"}");
        return trail;
    }

    static String boot(int number) {
        return "b0070000-0000-4000-8000-%012d".formatted(number);
    }

    /** An allowed call and what came of it. */
    TestTrail call(String tool) {
        return allowed(tool).record("outcome", ",\"agent\":\"" + agent + "\",\"outcome\":\"answered\"");
    }

    /** An allowed call of which nobody knows what came. */
    TestTrail allowed(String tool) {
        return record("decision", ",\"agent\":\"" + agent + "\",\"tool\":\"" + tool + "\",\"verdict\":\"Allow\"");
    }

    TestTrail denied(String tool) {
        return record("decision", ",\"agent\":\"" + agent + "\",\"tool\":\"" + tool + "\",\"verdict\":\"Deny\"");
    }

    TestTrail lost(int records) {
        return record("gap", ",\"lost\":" + records);
    }

    private TestTrail record(String event, String body) {
        String line = "{\"boot\":\"" + boot + "\",\"seq\":" + lines.size() + ",\"prev\":\"" + previous
                + "\",\"time\":\"" + now + "\",\"event\":\"" + event + "\"" + body + "}";
        now = now.plus(Duration.ofSeconds(1));
        previous = digest(line);
        lines.add(line);
        return this;
    }

    static String digest(String line) {
        return Digests.of(line.getBytes(StandardCharsets.UTF_8));
    }

    String id() {
        return boot;
    }

    int size() {
        return lines.size();
    }

    String head() {
        return previous;
    }

    /** Without their ends. */
    List<String> lines() {
        return lines;
    }
}
