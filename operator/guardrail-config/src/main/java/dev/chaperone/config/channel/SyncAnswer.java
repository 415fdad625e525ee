package dev.chaperone.config.channel;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a guardrail should hold.
 *
 * @param agent {@code namespace/name} of the agent that its pod is
 * @param revision the bundle to decide by
 * @param credentials the digest of the credentials to hold; never null, because none have a digest too
 * @param leases for how long each oversight requirement is known to hold, counted from when this was asked for; whatever
 *     is not named is known to hold no longer
 */
public record SyncAnswer(String agent, String revision, String credentials, SortedMap<String, Duration> leases) {
    public SyncAnswer {
        leases = Collections.unmodifiableSortedMap(new TreeMap<>(leases));
    }

    /** The message in UTF-8. */
    public byte[] write() {
        ObjectNode tree = Message.object().put("agent", agent).put("revision", revision)
                .put("credentials", credentials);
        ObjectNode list = tree.putObject("leases");
        leases.forEach((requirement, length) -> list.put(requirement, length.toMillis()));
        return Message.bytes(tree);
    }

    /** @throws MessageException when the bytes are no such message */
    public static SyncAnswer read(byte[] bytes) throws MessageException {
        Message message = Message.of(bytes);
        return new SyncAnswer(message.agent("agent"), message.digest("revision"), message.digest("credentials"),
                message.leases("leases"));
    }
}
