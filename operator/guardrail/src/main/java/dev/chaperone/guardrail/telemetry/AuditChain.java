package dev.chaperone.guardrail.telemetry;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.chaperone.config.Digests;
import dev.chaperone.config.audit.ChainPosition;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Clock;

/** Makes the lines of one boot, each of which names the one before. */
final class AuditChain {
    private static final JsonFactory FACTORY = new JsonFactory();

    private final Clock clock;
    private final String boot;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream(1024);
    private volatile long sequence;
    private String previous = ChainPosition.FIRST;

    AuditChain(String boot, Clock clock) {
        this.boot = boot;
        this.clock = clock;
    }

    String boot() {
        return boot;
    }

    /** The number of the line to come. */
    long sequence() {
        return sequence;
    }

    /** The line to come, if this is what it says; without its end. */
    byte[] line(String event, AuditLog.Body body) throws IOException {
        line.reset();
        try (JsonGenerator json = FACTORY.createGenerator(line)) {
            json.writeStartObject();
            json.writeStringField("boot", boot);
            json.writeNumberField("seq", sequence);
            json.writeStringField("prev", previous);
            json.writeStringField("time", clock.instant().toString());
            json.writeStringField("event", event);
            body.writeTo(json);
            json.writeEndObject();
        }
        return line.toByteArray();
    }

    /** This line stands in the trail, and another one follows it. */
    synchronized void stands(byte[] written) {
        previous = Digests.of(written);
        sequence++;
    }
}
