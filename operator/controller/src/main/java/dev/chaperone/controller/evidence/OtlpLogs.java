package dev.chaperone.controller.evidence;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.chaperone.config.JsonTrees;
import dev.chaperone.config.audit.AuditLine;
import dev.chaperone.controller.fleet.ConfigDirectory.PodFacts;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** OTLP's messages for logs in its JSON encoding: 64-bit integers as strings, enumerations as numbers. */
final class OtlpLogs {
    private static final JsonFactory FACTORY = new JsonFactory();
    private static final String SCOPE = "dev.chaperone.audit";
    private static final int SEVERITY_INFO = 9;
    private static final long NANOS = 1_000_000_000;

    private OtlpLogs() {}

    /** An {@code ExportLogsServiceRequest}: a resource for the pod, and a record for each line. */
    static byte[] request(PodFacts pod, List<byte[]> lines, Instant observed) throws IOException {
        var out = new ByteArrayOutputStream();
        try (JsonGenerator json = FACTORY.createGenerator(out)) {
            json.writeStartObject();
            json.writeArrayFieldStart("resourceLogs");
            json.writeStartObject();
            json.writeObjectFieldStart("resource");
            json.writeArrayFieldStart("attributes");
            attribute(json, "service.name", "chaperone-guardrail");
            attribute(json, "k8s.namespace.name", pod.namespace());
            attribute(json, "k8s.pod.name", pod.name());
            attribute(json, "k8s.pod.uid", pod.uid());
            attribute(json, "chaperone.agent", pod.agent().toString());
            json.writeEndArray();
            json.writeEndObject();
            json.writeArrayFieldStart("scopeLogs");
            json.writeStartObject();
            json.writeObjectFieldStart("scope");
            json.writeStringField("name", SCOPE);
            json.writeEndObject();
            json.writeArrayFieldStart("logRecords");
            for (byte[] line : lines) {
                record(json, line, observed);
            }
            json.writeEndArray();
            json.writeEndObject();
            json.writeEndArray();
            json.writeEndObject();
            json.writeEndArray();
            json.writeEndObject();
        }
        return out.toByteArray();
    }

    private static void record(JsonGenerator json, byte[] bytes, Instant observed) throws IOException {
        AuditLine line = AuditLine.read(bytes);
        json.writeStartObject();
        Instant time = time(line.record().path("time"));
        if (time != null) {
            json.writeStringField("timeUnixNano", nanos(time));
        }
        json.writeStringField("observedTimeUnixNano", nanos(observed));
        json.writeNumberField("severityNumber", SEVERITY_INFO);
        json.writeObjectFieldStart("body");
        body(json, bytes);
        json.writeEndObject();
        json.writeArrayFieldStart("attributes");
        attribute(json, "chaperone.boot", line.boot());
        json.writeStartObject();
        json.writeStringField("key", "chaperone.seq");
        json.writeObjectFieldStart("value");
        json.writeStringField("intValue", Long.toString(line.sequence()));
        json.writeEndObject();
        json.writeEndObject();
        String event = line.record().path("event").textValue();
        if (event != null) {
            attribute(json, "chaperone.event", event);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    // Its digest has to be found again from what is kept.
    private static void body(JsonGenerator json, byte[] bytes) throws IOException {
        try {
            json.writeStringField(
                    "stringValue", StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
        } catch (CharacterCodingException e) {
            json.writeBinaryField("bytesValue", bytes);
        }
    }

    private static void attribute(JsonGenerator json, String key, String value) throws IOException {
        json.writeStartObject();
        json.writeStringField("key", key);
        json.writeObjectFieldStart("value");
        json.writeStringField("stringValue", value);
        json.writeEndObject();
        json.writeEndObject();
    }

    private static @Nullable Instant time(JsonNode time) {
        try {
            return time.isTextual() ? Instant.parse(time.textValue()) : null;
        } catch (DateTimeException e) {
            return null;
        }
    }

    private static String nanos(Instant time) {
        return Long.toString(time.getEpochSecond() * NANOS + time.getNano());
    }

    /** How many records an {@code ExportLogsServiceResponse} says were rejected; 0 when it is no such message. */
    static long rejected(byte[] response) {
        try {
            JsonNode rejected = JsonTrees.read(response).path("partialSuccess").path("rejectedLogRecords");
            return Math.max(0, rejected.asLong(0));
        } catch (IOException e) {
            return 0;
        }
    }
}
