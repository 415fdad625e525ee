package dev.chaperone.guardrail.mcp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.chaperone.config.Capability;
import dev.chaperone.config.JsonTrees;
import java.io.IOException;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a tool server may send to the agent. A server that was not given a capability neither asks for it nor hears that
 * it has been asked; lists of tools hold only what could ever be called.
 *
 * @param allowed the capabilities that may pass
 * @param listed whether a tool is shown, by its name; asked after {@code tools} has heard of the list
 * @param tools hears what the server says of its tools
 */
public record ServerMessages(Set<Capability> allowed, Predicate<String> listed, ToolListener tools) {
    /** Lists may be cached this long at most, in milliseconds, so that a policy edit is seen soon. */
    static final long MAX_TTL_MILLIS = 5_000;

    private static final String TOOLS_CHANGED = "notifications/tools/list_changed";

    private static final Map<String, Capability> REQUESTS = Map.of(
            "sampling/createMessage", Capability.SAMPLING,
            "elicitation/create", Capability.ELICITATION,
            "roots/list", Capability.ROOTS,
            "tasks/get", Capability.TASKS,
            "tasks/result", Capability.TASKS,
            "tasks/list", Capability.TASKS,
            "tasks/cancel", Capability.TASKS);
    private static final Map<String, Capability> NOTIFICATIONS = Map.of(
            TOOLS_CHANGED, Capability.TOOLS,
            "notifications/resources/list_changed", Capability.RESOURCES,
            "notifications/resources/updated", Capability.RESOURCES,
            "notifications/prompts/list_changed", Capability.PROMPTS,
            "notifications/elicitation/complete", Capability.ELICITATION,
            "notifications/tasks/status", Capability.TASKS,
            "notifications/tasks", Capability.TASKS);
    private static final Set<String> ALWAYS = Set.of(
            "ping",
            "notifications/message",
            "notifications/progress",
            "notifications/cancelled",
            "notifications/subscriptions/acknowledged");
    private static final Map<String, Capability> OF_SERVERS = Map.of(
            "tools", Capability.TOOLS,
            "resources", Capability.RESOURCES,
            "prompts", Capability.PROMPTS,
            "completions", Capability.COMPLETION,
            "tasks", Capability.TASKS);

    /** Where nobody hears of the tools. */
    public ServerMessages(Set<Capability> allowed, Predicate<String> listed) {
        this(allowed, listed, ToolListener.NONE);
    }

    /** What becomes of one message. */
    public sealed interface Treatment {
        /** It goes on as it came. */
        record Pass() implements Treatment {}

        /** It goes on changed. */
        record Replace(byte[] message) implements Treatment {}

        /**
         * It goes no further.
         *
         * @param answer what the server is told, when it waits for an answer
         */
        record Drop(byte @Nullable [] answer) implements Treatment {}
    }

    /** Decides on one whole message of an event stream. */
    public Treatment treat(byte[] message) {
        MessageScanner scanner = new MessageScanner();
        scanner.feed(message);
        if (TOOLS_CHANGED.equals(scanner.method())) {
            tools.changed();
        }
        if (!mayPass(scanner)) {
            return new Treatment.Drop(scanner.isRequest() ? methodNotFound(message) : null);
        }
        // What is not whole is no message, whoever may put something behind it.
        if (!scanner.isBalanced() || (scanner.method() == null && !scanner.isAnswer())) {
            return new Treatment.Drop(null);
        }
        if (!scanner.listsTools() && !scanner.declaresCapabilities()) {
            return new Treatment.Pass();
        }
        byte[] rewritten = restricted(message);
        return rewritten == null ? new Treatment.Drop(null) : new Treatment.Replace(rewritten);
    }

    /** Whether what a scanner has seen so far may reach the agent. */
    boolean mayPass(MessageScanner scanner) {
        String method = scanner.method();
        boolean passes = !scanner.isAbnormal() && (method == null || mayPass(method, scanner.isRequest()));
        for (String input : scanner.inputMethods()) {
            passes &= mayPass(input, true);
        }
        return passes;
    }

    private boolean mayPass(String method, boolean request) {
        if (ALWAYS.contains(method)) {
            return true;
        }
        // Whether it is a request shows only when its id has gone by: until then either table may name it.
        Capability capability = REQUESTS.getOrDefault(method, request ? null : NOTIFICATIONS.get(method));
        return capability != null && allowed.contains(capability);
    }

    /**
     * An answer to {@code tools/list}, {@code initialize} or {@code server/discover} cut down to what may be known.
     *
     * @return null when it may not pass, or is not JSON that can be rewritten
     */
    public byte @Nullable [] rewrite(byte[] message) {
        MessageScanner scanner = new MessageScanner();
        scanner.feed(message);
        return mayPass(scanner) ? restricted(message) : null;
    }

    private byte @Nullable [] restricted(byte[] message) {
        try {
            // What is not rewritten must not change, and numbers have digits that doubles do not.
            if (!(JsonTrees.readEveryDigit(message) instanceof ObjectNode root)) {
                return null;
            }
            if (root.has("result") && !root.get("result").isObject()) {
                return null;
            }
            if (root.get("result") instanceof ObjectNode result) {
                if (result.get("tools") instanceof ArrayNode list) {
                    tools.lists(root);
                    restrictTools(list);
                } else if (result.has("tools")) {
                    return null;
                }
                if (result.get("capabilities") instanceof ObjectNode capabilities) {
                    restrictCapabilities(capabilities);
                }
                if (result.get("supportedVersions") instanceof ArrayNode versions) {
                    restrictVersions(versions);
                }
                restrictCaching(result);
            }
            return JsonTrees.write(root);
        } catch (IOException e) {
            return null;
        }
    }

    private void restrictTools(ArrayNode list) {
        Set<String> seen = new HashSet<>();
        Iterator<JsonNode> each = list.elements();
        while (each.hasNext()) {
            JsonNode name = each.next().path("name");
            // Of two tools of one name only the first can be called, and one without a proper name cannot be at all.
            boolean kept = name.isTextual() && EnvelopeReader.isToolName(name.textValue()) && seen.add(name.textValue())
                    && listed.test(name.textValue());
            if (!kept) {
                each.remove();
            }
        }
    }

    private void restrictCapabilities(ObjectNode capabilities) {
        for (String name : fieldNames(capabilities)) {
            Capability capability = OF_SERVERS.get(name);
            boolean kept = name.equals("logging") || (capability != null && allowed.contains(capability));
            if (name.equals("extensions") && capabilities.get(name) instanceof ObjectNode extensions) {
                extensions.retain(
                        allowed.contains(Capability.TASKS)
                                ? Set.of(ClientCapabilities.TASKS_EXTENSION)
                                : Set.of());
                kept = !extensions.isEmpty();
            }
            if (!kept) {
                capabilities.remove(name);
            }
        }
    }

    private static void restrictVersions(ArrayNode versions) {
        Iterator<JsonNode> each = versions.elements();
        while (each.hasNext()) {
            String version = each.next().asText();
            if (Era.isModern(version) && !version.equals(Era.MODERN_VERSION)) {
                each.remove();
            }
        }
    }

    // What this agent sees is not what another sees: no cache between them may keep it.
    private static void restrictCaching(ObjectNode result) {
        if (result.has("cacheScope")) {
            result.put("cacheScope", "private");
        }
        if (result.path("ttlMs").asLong() > MAX_TTL_MILLIS) {
            result.put("ttlMs", MAX_TTL_MILLIS);
        }
    }

    private static List<String> fieldNames(ObjectNode node) {
        return node.properties().stream().map(Map.Entry::getKey).toList();
    }

    private static byte @Nullable [] methodNotFound(byte[] request) {
        try {
            JsonNode id = JsonTrees.readEveryDigit(request).path("id");
            if (!id.isTextual() && !id.isIntegralNumber()) {
                return null;
            }
            ObjectNode answer = JsonNodeFactory.instance.objectNode().put("jsonrpc", "2.0");
            answer.set("id", id);
            answer.putObject("error")
                    .put("code", RefusedException.METHOD_NOT_FOUND)
                    .put("message", "this agent does not offer that");
            return JsonTrees.write(answer);
        } catch (IOException e) {
            return null;
        }
    }
}
