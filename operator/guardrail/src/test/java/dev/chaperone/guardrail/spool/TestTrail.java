package dev.chaperone.guardrail.spool;

import dev.chaperone.config.Digests;
import dev.chaperone.config.audit.ChainPosition;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/** Writes the lines of one boot, chained as they should be. */
final class TestTrail {
    private ChainPosition position;

    TestTrail(String boot) {
        this.position = ChainPosition.before(boot);
    }

    ChainPosition position() {
        return position;
    }

    /** The line to come, with some bytes more than it needs. */
    byte[] line(Instant time, int more) {
        return "{\"boot\":\"%s\",\"seq\":%d,\"prev\":\"%s\",\"time\":\"%s\",\"event\":\"test\",\"more\":\"%s\"}"
                .formatted(position.boot(), position.sequence() + 1, position.digest(), time, "x".repeat(more))
                .getBytes(StandardCharsets.UTF_8);
    }

    byte[] line() {
        return line(Instant.EPOCH, 0);
    }

    void stands(byte[] line) {
        position = new ChainPosition(position.boot(), position.sequence() + 1, Digests.of(line));
    }

    /** Appends the line to come. */
    byte[] append(Spool spool, Spool.Room room, int more) throws SpoolFullException {
        byte[] line = line(Instant.EPOCH, more);
        spool.append(position.sequence() + 1, line, room, 0);
        stands(line);
        return line;
    }

    byte[] append(Spool spool) throws SpoolFullException {
        return append(spool, Spool.Room.ORDINARY, 0);
    }
}
