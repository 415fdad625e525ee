package dev.chaperone.guardrail.mcp;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.chaperone.config.DenialCode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the guardrail itself answers. A denied call is a tool result with {@code isError}, which every client hands to
 * its model; everything else that is refused is a JSON-RPC error. Either says a code and, for policies that want it,
 * their message; never a rule or a reason, which would teach the next attempt.
 */
public final class Answers {
    /** Key in {@code _meta} and {@code error.data}: the denial code. */
    static final String META_CODE = "chaperone.dev/code";
    /** Key in {@code _meta} and {@code error.data}: the call as the audit trail names it. */
    static final String META_CALL = "chaperone.dev/call";

    private static final JsonFactory FACTORY = new JsonFactory();

    private Answers() {}

    /**
     * The result of a denied call.
     *
     * @param call names the call in the audit trail
     * @param messages what policy tells the agent
     */
    public static byte[] denied(Era era, JsonRpcId id, DenialCode code, String call, List<String> messages) {
        return write(json -> {
            begin(json, id);
            json.writeObjectFieldStart("result");
            if (era == Era.MODERN) {
                json.writeStringField("resultType", "complete");
            }
            json.writeArrayFieldStart("content");
            json.writeStartObject();
            json.writeStringField("type", "text");
            json.writeStringField("text", text(code, messages));
            json.writeEndObject();
            json.writeEndArray();
            json.writeBooleanField("isError", true);
            json.writeObjectFieldStart("_meta");
            json.writeStringField(META_CODE, code.wireName());
            json.writeStringField(META_CALL, call);
            json.writeEndObject();
            json.writeEndObject();
            json.writeEndObject();
        });
    }

    /** The error that answers a refused message; without an id when it has none or none can be read. */
    public static byte[] refused(@Nullable JsonRpcId id, RefusedException refusal, @Nullable String call) {
        return write(json -> {
            begin(json, id);
            json.writeObjectFieldStart("error");
            json.writeNumberField("code", refusal.rpcCode());
            json.writeStringField("message", String.valueOf(refusal.getMessage()));
            json.writeObjectFieldStart("data");
            json.writeStringField(META_CODE, refusal.code().wireName());
            if (call != null) {
                json.writeStringField(META_CALL, call);
            }
            if (refusal.requestedVersion() != null) {
                json.writeStringField("requested", refusal.requestedVersion());
                json.writeArrayFieldStart("supported");
                for (String version : EnvelopeReader.supportedVersions()) {
                    json.writeString(version);
                }
                json.writeEndArray();
            }
            json.writeEndObject();
            json.writeEndObject();
            json.writeEndObject();
        });
    }

    private static String text(DenialCode code, List<String> messages) {
        String told = messages.isEmpty() ? "" : ": " + String.join("; ", messages);
        // A policy's message may be a sentence already.
        return "Denied (" + code.wireName() + ")" + told + (told.endsWith(".") ? " " : ". ") + advice(code);
    }

    private static String advice(DenialCode code) {
        return switch (code) {
            case POLICY_DENIED -> "Policy does not permit this call; do not retry it.";
            case REVIEW_REQUIRED, REVIEW_PENDING -> "A person has to approve it; the same call may be repeated later.";
            case REVIEW_UNAVAILABLE -> "A person would have to approve it and nobody can be asked; do not retry it.";
            case BUDGET_EXCEEDED -> "The budget for such calls is used up; do not retry it now.";
            case SESSION_ENDED -> "This session may call no more tools.";
            case QUARANTINED -> "This agent may call no tools for now.";
            case UNKNOWN_TOOL -> "There is no such tool.";
            case INVALID_ARGUMENTS -> "The arguments do not fit the tool's input schema; correct them.";
            case INVALID_REQUEST -> "The request is not valid; correct it.";
            case NOT_READY -> "The guardrail is not ready; the same call may be repeated later.";
            case OVERSIGHT_LAPSED -> "Oversight that this call needs is not in force; it may be repeated later.";
            case INTERNAL_ERROR -> "The call could not be decided; it may be repeated later.";
        };
    }

    private static void begin(JsonGenerator json, @Nullable JsonRpcId id) throws IOException {
        json.writeStartObject();
        json.writeStringField("jsonrpc", "2.0");
        json.writeFieldName("id");
        json.writeRawValue(id == null ? "null" : id.json());
    }

    private interface Content {
        void writeTo(JsonGenerator json) throws IOException;
    }

    private static byte[] write(Content content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(256);
        try (JsonGenerator json = FACTORY.createGenerator(out)) {
            content.writeTo(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }
}
