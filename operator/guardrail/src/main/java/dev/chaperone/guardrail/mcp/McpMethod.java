package dev.chaperone.guardrail.mcp;

import static dev.chaperone.guardrail.mcp.Era.LEGACY;
import static dev.chaperone.guardrail.mcp.Era.MODERN;

import dev.chaperone.config.Capability;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What an agent may send: the methods of the specification, each with the era it belongs to and the capability that
 * lets it pass. What is not named here does not pass, extensions and methods of later revisions included.
 */
enum McpMethod {
    INITIALIZE("initialize", null, LEGACY),
    DISCOVER("server/discover", null, MODERN),
    PING("ping", null, LEGACY),
    SET_LOG_LEVEL("logging/setLevel", null, LEGACY),
    LISTEN("subscriptions/listen", null, MODERN),
    INITIALIZED("notifications/initialized", null, LEGACY),
    CANCELLED("notifications/cancelled", null, LEGACY, MODERN),
    PROGRESS("notifications/progress", null, LEGACY),
    ROOTS_CHANGED("notifications/roots/list_changed", Capability.ROOTS, LEGACY),
    TASK_STATUS("notifications/tasks/status", Capability.TASKS, LEGACY),
    LIST_TOOLS("tools/list", Capability.TOOLS, LEGACY, MODERN),
    CALL_TOOL("tools/call", Capability.TOOLS, LEGACY, MODERN),
    LIST_RESOURCES("resources/list", Capability.RESOURCES, LEGACY, MODERN),
    LIST_RESOURCE_TEMPLATES("resources/templates/list", Capability.RESOURCES, LEGACY, MODERN),
    READ_RESOURCE("resources/read", Capability.RESOURCES, LEGACY, MODERN),
    SUBSCRIBE_RESOURCE("resources/subscribe", Capability.RESOURCES, LEGACY),
    UNSUBSCRIBE_RESOURCE("resources/unsubscribe", Capability.RESOURCES, LEGACY),
    LIST_PROMPTS("prompts/list", Capability.PROMPTS, LEGACY, MODERN),
    GET_PROMPT("prompts/get", Capability.PROMPTS, LEGACY, MODERN),
    COMPLETE("completion/complete", Capability.COMPLETION, LEGACY, MODERN),
    GET_TASK("tasks/get", Capability.TASKS, LEGACY, MODERN),
    TASK_RESULT("tasks/result", Capability.TASKS, LEGACY),
    LIST_TASKS("tasks/list", Capability.TASKS, LEGACY),
    CANCEL_TASK("tasks/cancel", Capability.TASKS, LEGACY, MODERN),
    UPDATE_TASK("tasks/update", Capability.TASKS, MODERN);

    private static final Map<String, McpMethod> BY_NAME = Arrays.stream(values())
            .collect(Collectors.toUnmodifiableMap(McpMethod::wireName, Function.identity()));

    private final String wireName;
    private final @Nullable Capability needs;
    private final boolean legacy;
    private final boolean modern;

    McpMethod(String wireName, @Nullable Capability needs, Era... eras) {
        this.wireName = wireName;
        this.needs = needs;
        this.legacy = List.of(eras).contains(LEGACY);
        this.modern = List.of(eras).contains(MODERN);
    }

    static @Nullable McpMethod named(String name) {
        return BY_NAME.get(name);
    }

    String wireName() {
        return wireName;
    }

    boolean isNotification() {
        return wireName.startsWith("notifications/");
    }

    boolean passes(Era era, Set<Capability> allowed) {
        return (era == MODERN ? modern : legacy) && (needs == null || allowed.contains(needs));
    }

    /** Whether the answer names tools or capabilities. */
    boolean answerIsRewritten() {
        return this == LIST_TOOLS || this == INITIALIZE || this == DISCOVER;
    }

    /** The member of {@code params} that the header {@code Mcp-Name} repeats in the modern era; null for none. */
    @Nullable
    String namingMember() {
        return switch (this) {
            case CALL_TOOL, GET_PROMPT -> "name";
            case READ_RESOURCE -> "uri";
            case GET_TASK, CANCEL_TASK, UPDATE_TASK -> "taskId";
            default -> null;
        };
    }
}
