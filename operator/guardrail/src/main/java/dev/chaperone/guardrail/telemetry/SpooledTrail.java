package dev.chaperone.guardrail.telemetry;

import dev.chaperone.config.audit.ChainPosition;
import dev.chaperone.guardrail.spool.Spool;
import dev.chaperone.guardrail.spool.Spool.Room;
import dev.chaperone.guardrail.spool.SpoolFullException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An audit trail that stands in a spool, and is copied to a channel line by line. A line that the channel did not take
 * is the first that it is given next time, and until then there are no others: so both have the same lines.
 */
final class SpooledTrail {
    private static final Logger LOG = LoggerFactory.getLogger(SpooledTrail.class);
    /** More than a record takes that tells of a gap. */
    private static final int GAP_BYTES = 512;

    private final Spool spool;
    private final AuditChain chain;
    private final WritableByteChannel channel;
    private final BooleanSupplier onlyAudits;
    private @Nullable ByteBuffer toCopy;

    /** @param onlyAudits whether calls go on that cannot be recorded */
    SpooledTrail(Spool spool, AuditChain chain, WritableByteChannel channel, BooleanSupplier onlyAudits) {
        this.spool = spool;
        this.chain = chain;
        this.channel = channel;
        this.onlyAudits = onlyAudits;
    }

    /** Says that there is a new boot, unless that has to wait for the next record. */
    void begin() {
        try {
            boot();
        } catch (IOException e) {
            LOG.atWarn().addKeyValue("error", e.toString()).log("The audit trail cannot begin yet");
        }
    }

    /** @throws IOException when the record is not there, or its copy is not, and who asked must not go on without */
    void append(AuditLog.Kind kind, String event, AuditLog.Body body) throws IOException {
        boolean kept = false;
        try {
            boot();
            gap(kind, event, body);
            spool(event, body, room(kind), 0);
            kept = true;
            copy();
        } catch (IOException e) {
            boolean goesOn = onlyAudits.getAsBoolean();
            if (!kept && (goesOn || kind != AuditLog.Kind.DECISION)) {
                spool.lose();
            }
            if (!goesOn) {
                throw e;
            }
        }
    }

    /** Tells of what was lost, without waiting for another record; where there is no room, that has to wait. */
    void tellOfLosses() {
        long lost = spool.untold();
        if (lost == 0) {
            return;
        }
        try {
            boot();
            spool("gap", json -> json.writeNumberField("lost", lost), Room.ORDINARY, GAP_BYTES);
            spool.told(lost);
            copy();
        } catch (IOException e) {
            LOG.atDebug().addKeyValue("error", e.toString()).log("What was lost cannot be told yet");
        }
    }

    private static Room room(AuditLog.Kind kind) {
        return kind == AuditLog.Kind.OUTCOME ? Room.RESERVE : Room.ORDINARY;
    }

    private void boot() throws IOException {
        copy();
        if (chain.sequence() > 0) {
            return;
        }
        ChainPosition before = spool.before();
        spool("boot", json -> {
            if (before != null) {
                json.writeObjectFieldStart("after");
                json.writeStringField("boot", before.boot());
                json.writeNumberField("seq", before.sequence());
                json.writeStringField("digest", before.digest());
                json.writeEndObject();
            }
        }, Room.RESERVE, 0);
        copy();
    }

    /** Tells of what was lost, where there is room for that and for the record that is to follow. */
    private void gap(AuditLog.Kind kind, String event, AuditLog.Body body) throws IOException {
        long lost = spool.untold();
        if (lost > 0) {
            int following = chain.line(event, body).length + GAP_BYTES;
            spool("gap", json -> json.writeNumberField("lost", lost), room(kind), following);
            spool.told(lost);
            copy();
        }
    }

    private void spool(String event, AuditLog.Body body, Room room, int further)
            throws SpoolFullException, IOException {
        byte[] record = chain.line(event, body);
        spool.append(chain.sequence(), record, room, further);
        chain.stands(record);
        toCopy = AuditLog.ended(record);
    }

    private void copy() throws IOException {
        ByteBuffer line = toCopy;
        if (line == null) {
            return;
        }
        try {
            while (line.hasRemaining()) {
                channel.write(line);
            }
        } finally {
            if (!line.hasRemaining()) {
                toCopy = null;
            }
        }
    }
}
