package dev.chaperone.controller.channel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.chaperone.config.JsonTrees;
import dev.chaperone.config.channel.ChangedDefinition;
import dev.chaperone.config.channel.EgressLockReport;
import dev.chaperone.controller.fleet.TrailReport;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one replica tells another of the guardrails that it heard.
 *
 * @param instance who tells
 * @param version up to where this goes
 * @param pods what came after the version that was asked for
 */
record PeerPage(String instance, long version, List<Heard> pods) {
    /** Most pods of a page; the next page has the others. */
    static final int MOST = 1000;

    PeerPage {
        pods = List.copyOf(pods);
    }

    /**
     * @param pod UID of the pod
     * @param age how long ago it was heard: the clocks of two replicas need not agree
     */
    record Heard(String pod, Duration age, GuardrailReport report) {}

    /** Where the next page starts. */
    String cursor() {
        return instance + ":" + version;
    }

    /** The version in a cursor; 0, which is before everything, when the cursor is another's or none. */
    static long version(@Nullable String cursor, String instance) {
        if (cursor == null || !cursor.startsWith(instance + ":")) {
            return 0;
        }
        try {
            return Long.parseLong(cursor.substring(instance.length() + 1));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    byte[] write() {
        ObjectNode tree = JsonNodeFactory.instance.objectNode().put("instance", instance).put("version", version);
        ArrayNode list = tree.putArray("pods");
        for (Heard heard : pods) {
            GuardrailReport report = heard.report();
            ObjectNode pod = list.addObject().put("pod", heard.pod()).put("age", heard.age().toMillis())
                    .put("boot", report.boot()).put("audit", report.audit());
            ArrayNode formats = pod.putArray("formats");
            report.formats().forEach(formats::add);
            if (report.revision() != null) {
                pod.put("revision", report.revision());
            }
            if (report.refused() != null) {
                pod.put("refused", report.refused());
            }
            TrailReport trail = report.trail();
            if (trail != null) {
                pod.putObject("trail").put("written", trail.written()).put("acknowledged", trail.acknowledged())
                        .put("waiting", trail.waiting().toMillis()).put("lost", trail.lost())
                        .put("untold", trail.untold())
                        .put("breaks", trail.breaks());
            }
            if (!report.definitions().isEmpty()) {
                ArrayNode definitions = pod.putArray("definitions");
                for (ChangedDefinition changed : report.definitions()) {
                    definitions.addObject().put("server", changed.server()).put("tool", changed.tool())
                            .put("seen", changed.seen()).put("since", changed.since().toEpochMilli());
                }
            }
            EgressLockReport lock = report.egressLock();
            if (lock != null) {
                pod.putObject("egressLock").put("proven", lock.proven()).put("at", lock.at().toEpochMilli())
                        .put("detail", lock.detail());
            }
        }
        try {
            return JsonTrees.write(tree);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** @throws IOException when the bytes are no such page */
    static PeerPage read(byte[] bytes) throws IOException {
        JsonNode tree = JsonTrees.read(bytes);
        List<Heard> pods = new ArrayList<>();
        for (JsonNode pod : required(tree, "pods")) {
            List<Integer> formats = new ArrayList<>();
            for (JsonNode format : required(pod, "formats")) {
                formats.add(format.intValue());
            }
            pods.add(new Heard(text(pod, "pod"), Duration.ofMillis(Math.max(0, number(pod, "age"))),
                    new GuardrailReport(text(pod, "boot"), formats, optional(pod, "revision"),
                            optional(pod, "refused"), number(pod, "audit"), trail(pod.get("trail")),
                            definitions(pod.path("definitions")), lock(pod.get("egressLock")))));
        }
        return new PeerPage(text(tree, "instance"), number(tree, "version"), pods);
    }

    private static @Nullable TrailReport trail(@Nullable JsonNode trail) throws IOException {
        return trail == null || trail.isNull()
                ? null
                : new TrailReport(number(trail, "written"), number(trail, "acknowledged"),
                        Duration.ofMillis(Math.max(0, number(trail, "waiting"))), number(trail, "lost"),
                        number(trail, "untold"),
                        number(trail, "breaks"));
    }

    private static List<ChangedDefinition> definitions(JsonNode list) throws IOException {
        List<ChangedDefinition> definitions = new ArrayList<>();
        for (JsonNode each : list) {
            definitions.add(
                    new ChangedDefinition(text(each, "server"), text(each, "tool"), text(each, "seen"),
                            Instant.ofEpochMilli(number(each, "since"))));
        }
        return definitions;
    }

    private static @Nullable EgressLockReport lock(@Nullable JsonNode lock) throws IOException {
        return lock == null || lock.isNull()
                ? null
                : new EgressLockReport(required(lock, "proven").booleanValue(),
                        Instant.ofEpochMilli(number(lock, "at")), text(lock, "detail"));
    }

    private static JsonNode required(JsonNode tree, String name) throws IOException {
        JsonNode value = tree.get(name);
        if (value == null || value.isNull()) {
            throw new IOException("has no " + name);
        }
        return value;
    }

    private static String text(JsonNode tree, String name) throws IOException {
        JsonNode value = required(tree, name);
        if (!value.isTextual()) {
            throw new IOException(name + ": no string");
        }
        return value.textValue();
    }

    private static @Nullable String optional(JsonNode tree, String name) throws IOException {
        return tree.hasNonNull(name) ? text(tree, name) : null;
    }

    private static long number(JsonNode tree, String name) throws IOException {
        JsonNode value = required(tree, name);
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw new IOException(name + ": no integer");
        }
        return value.longValue();
    }
}
