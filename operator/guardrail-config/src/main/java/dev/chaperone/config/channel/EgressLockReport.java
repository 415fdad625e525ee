package dev.chaperone.config.channel;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;

/**
 * What the egress lock of a guardrail's pod found when it was set.
 *
 * @param proven whether everything that was tried was refused by the lock, and could be reached before
 * @param at when that was, in milliseconds since 1970 by the node's clock
 * @param detail what was tried and what came of it, for people; in one line where it was read
 */
public record EgressLockReport(boolean proven, Instant at, String detail) {
    ObjectNode tree() {
        return Message.object().put("proven", proven).put("at", at.toEpochMilli()).put("detail", detail);
    }

    static EgressLockReport of(Message message) throws MessageException {
        return new EgressLockReport(
                message.flag("proven"), Instant.ofEpochMilli(message.number("at", 0)),
                message.text("detail").replaceAll("\\p{Cntrl}", " "));
    }
}
