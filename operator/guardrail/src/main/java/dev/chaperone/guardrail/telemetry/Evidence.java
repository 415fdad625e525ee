package dev.chaperone.guardrail.telemetry;

import dev.chaperone.config.DenialCode;
import dev.chaperone.config.Verdict;
import dev.chaperone.guardrail.engine.Decision;
import dev.chaperone.guardrail.engine.Reason;
import dev.chaperone.guardrail.telemetry.AuditLog.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Records what was decided and what came of it, in the audit trail and in the metrics. Never payload. */
public final class Evidence {
    private final AuditLog log;
    private final Metrics metrics;
    private final Supplier<String> agent;

    /**
     * What a record is about.
     *
     * @param call names the call; the agent is told it with a denial
     * @param session the session
     * @param server the tool server as the agent named it; null when it named none
     * @param tool the tool; null when the request was no tool call
     * @param argumentsDigest digest of the canonical arguments; null when there are none
     */
    public record Subject(
            String call,
            String session,
            @Nullable String server,
            @Nullable String tool,
            @Nullable String argumentsDigest) {}

    /** What came of a call that was forwarded. */
    public enum Outcome {
        /** The tool server answered. */
        ANSWERED,
        /** The tool server answered with something that may not reach the agent. */
        WITHHELD,
        /** The tool server could not be reached, or its answer broke off. */
        FAILED,
        /** The agent went away first. */
        ABANDONED
    }

    /** @param agent whom the trail speaks of: {@code namespace/name} */
    public Evidence(AuditLog log, Metrics metrics, Supplier<String> agent) {
        this.log = log;
        this.metrics = metrics;
        this.agent = agent;
    }

    /**
     * Records a decision by policy.
     *
     * @param nanos how long deciding took
     * @throws UncheckedIOException when the record cannot be written; the call must then not go on
     */
    public void decided(Subject subject, Decision decision, long nanos) {
        append(Kind.DECISION, "decision", subject, json -> {
            json.writeStringField("verdict", decision.verdict().wireName());
            if (decision.code() != null) {
                json.writeStringField("code", decision.code().wireName());
            }
            if (decision.wouldVerdict() != decision.verdict()) {
                json.writeStringField("wouldVerdict", decision.wouldVerdict().wireName());
            }
            json.writeArrayFieldStart("rules");
            for (Reason reason : decision.reasons()) {
                json.writeStartObject();
                json.writeStringField("policy", reason.policy());
                if (reason.rule() != null) {
                    json.writeStringField("rule", reason.rule());
                }
                json.writeStringField("verdict", reason.verdict().wireName());
                if (!reason.counted()) {
                    json.writeBooleanField("counted", false);
                }
                if (reason.error() != null) {
                    json.writeStringField("error", reason.error());
                }
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeStringField("revision", decision.revision());
            json.writeNumberField("durationMicros", nanos / 1000);
        });
        metrics.decided(decision.verdict(), decision.code(), decision.ignoredErrors(), nanos);
    }

    /** Records that a request was refused before or apart from any policy. */
    public void refused(Subject subject, DenialCode code, String why, @Nullable String revision) {
        append(Kind.REFUSAL, "decision", subject, json -> {
            json.writeStringField("verdict", Verdict.DENY.wireName());
            json.writeStringField("code", code.wireName());
            json.writeStringField("why", why);
            json.writeArrayFieldStart("rules");
            json.writeEndArray();
            if (revision != null) {
                json.writeStringField("revision", revision);
            }
        });
        metrics.decided(Verdict.DENY, code, 0, 0);
    }

    /**
     * Records what came of a forwarded call.
     *
     * @param status HTTP status of the tool server; 0 when it sent none
     * @param nanos from forwarding to the end of the answer
     */
    public void ended(Subject subject, Outcome outcome, int status, long nanos) {
        append(Kind.OUTCOME, "outcome", subject, json -> {
            json.writeStringField("outcome", outcome.name().toLowerCase(Locale.ROOT));
            if (status != 0) {
                json.writeNumberField("status", status);
            }
            json.writeNumberField("durationMicros", nanos / 1000);
        });
        metrics.ended(outcome, nanos);
    }

    private void append(Kind kind, String event, Subject subject, AuditLog.Body body) {
        try {
            log.append(kind, event, json -> {
                json.writeStringField("call", subject.call());
                json.writeStringField("agent", agent.get());
                json.writeStringField("session", subject.session());
                if (subject.server() != null) {
                    json.writeStringField("server", subject.server());
                }
                if (subject.tool() != null) {
                    json.writeStringField("tool", subject.tool());
                }
                if (subject.argumentsDigest() != null) {
                    json.writeStringField("args", subject.argumentsDigest());
                }
                body.writeTo(json);
            });
        } catch (IOException e) {
            metrics.auditFailed();
            throw new UncheckedIOException(e);
        }
    }
}
