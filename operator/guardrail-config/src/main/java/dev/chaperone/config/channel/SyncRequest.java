package dev.chaperone.config.channel;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * How it stands with a guardrail.
 *
 * @param boot the UUID of its process, the one that its audit trail carries
 * @param formats the formats of bundles that it reads
 * @param revision what it decides by; null when it has no config yet
 * @param refused the last bundle that it could not load; null when there is none
 * @param credentials the digest of the credentials that it holds; null when it has been given none yet
 * @param audit the number of the last line of its audit trail; -1 when there is none yet
 * @param trail how far its audit trail has been acknowledged; null when it exports none
 * @param held the oversight requirements whose leases run here
 * @param definitions pinned tools of which it saw another definition than the pinned one; the first of them where they
 *     are many
 * @param egressLock what the egress lock of its pod found; null when it has none
 * @param patience {@code wait}: for how long the answer may be held back while it would say nothing new; zero for an answer at once
 */
public record SyncRequest(
        String boot,
        List<Integer> formats,
        @Nullable String revision,
        @Nullable String refused,
        @Nullable String credentials,
        long audit,
        @Nullable TrailPosition trail,
        Set<String> held,
        List<ChangedDefinition> definitions,
        @Nullable EgressLockReport egressLock,
        Duration patience) {
    /** Definitions that a request tells of at most. */
    public static final int MAX_DEFINITIONS = 16;

    public SyncRequest {
        formats = List.copyOf(formats);
        held = Set.copyOf(held);
        definitions = definitions.stream().sorted().limit(MAX_DEFINITIONS).toList();
    }

    /** The message in UTF-8. */
    public byte[] write() {
        ObjectNode tree = Message.object().put("boot", boot);
        var list = tree.putArray("formats");
        formats.forEach(list::add);
        Message.put(tree, "revision", revision);
        Message.put(tree, "refused", refused);
        Message.put(tree, "credentials", credentials);
        tree.put("audit", audit);
        if (trail != null) {
            tree.set("trail", trail.tree());
        }
        var names = tree.putArray("held");
        new TreeSet<>(held).forEach(names::add);
        if (!definitions.isEmpty()) {
            var changed = tree.putArray("definitions");
            definitions.forEach(definition -> changed.add(definition.tree()));
        }
        if (egressLock != null) {
            tree.set("egressLock", egressLock.tree());
        }
        return Message.bytes(tree.put("wait", patience.toMillis()));
    }

    /** @throws MessageException when the bytes are no such message */
    public static SyncRequest read(byte[] bytes) throws MessageException {
        Message message = Message.of(bytes);
        Message trail = message.optionalObject("trail");
        Message lock = message.optionalObject("egressLock");
        return new SyncRequest(
                message.uuid("boot"),
                message.integers("formats"),
                message.optionalDigest("revision"),
                message.optionalDigest("refused"),
                message.optionalDigest("credentials"),
                message.number("audit", -1),
                trail == null ? null : TrailPosition.of(trail),
                Set.copyOf(message.requirements("held")),
                ChangedDefinition.listOf(message, "definitions"),
                lock == null ? null : EgressLockReport.of(lock),
                message.duration("wait"));
    }
}
