package dev.chaperone.guardrail.mcp;

import dev.cel.common.values.NullValue;
import dev.chaperone.config.CanonicalJson;
import dev.chaperone.config.Capability;
import dev.chaperone.guardrail.json.JsonDocument;
import dev.chaperone.guardrail.json.JsonObject;
import dev.chaperone.guardrail.json.Spans.Span;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * What either side says it can do, cut down to what may pass: a peer that does not hear of a capability does not use
 * it. What is unknown is cut as well.
 */
final class ClientCapabilities {
    static final String TASKS_EXTENSION = "io.modelcontextprotocol/tasks";

    private static final Map<String, Capability> OF_CLIENTS = Map.of(
            "sampling", Capability.SAMPLING,
            "elicitation", Capability.ELICITATION,
            "roots", Capability.ROOTS,
            "tasks", Capability.TASKS);

    private ClientCapabilities() {}

    /** The body with the client's capabilities restricted; the same array when there is nothing to change. */
    static byte[] restrict(JsonDocument document, byte[] body, Era era, McpMethod method, Set<Capability> allowed) {
        if (era == Era.LEGACY && method != McpMethod.INITIALIZE) {
            return body;
        }
        String pointer = era == Era.LEGACY
                ? "/params/capabilities"
                : "/params/_meta/" + EnvelopeReader.META_CAPABILITIES.replace("/", "~1");
        Span span = document.spans().of(pointer);
        if (span == null || !(document.root().get("params") instanceof JsonObject params)) {
            return body;
        }
        Object declared = era == Era.LEGACY
                ? params.get("capabilities")
                : params.get("_meta") instanceof JsonObject meta ? meta.get(EnvelopeReader.META_CAPABILITIES) : null;
        Map<String, Object> kept = declared instanceof JsonObject object ? restricted(object, allowed) : Map.of();
        if (kept.equals(declared)) {
            return body;
        }
        return splice(body, span, CanonicalJson.bytes(kept, NullValue.NULL_VALUE));
    }

    private static Map<String, Object> restricted(JsonObject declared, Set<Capability> allowed) {
        Map<String, Object> kept = new LinkedHashMap<>();
        declared.forEach((name, value) -> {
            Capability capability = OF_CLIENTS.get(name);
            if (capability != null && allowed.contains(capability)) {
                kept.put(name, value);
            } else if (name.equals("extensions") && allowed.contains(Capability.TASKS)
                    && value instanceof JsonObject extensions
                    && extensions.containsKey(TASKS_EXTENSION)) {
                kept.put(name, Map.of(TASKS_EXTENSION, Objects.requireNonNull(extensions.get(TASKS_EXTENSION))));
            }
        });
        return kept;
    }

    private static byte[] splice(byte[] body, Span span, byte[] replacement) {
        byte[] spliced = Arrays.copyOf(body, body.length - (span.end() - span.start()) + replacement.length);
        System.arraycopy(replacement, 0, spliced, span.start(), replacement.length);
        System.arraycopy(body, span.end(), spliced, span.start() + replacement.length, body.length - span.end());
        return spliced;
    }
}
