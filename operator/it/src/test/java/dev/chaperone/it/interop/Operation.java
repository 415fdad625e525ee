package dev.chaperone.it.interop;

import java.util.Map;

/** What an agent does with a tool server. */
sealed interface Operation {
    /** Calls a tool. */
    record Call(String tool, Map<String, Object> arguments) implements Operation {}

    /** Lists the tools. */
    record ListTools() implements Operation {}

    /** Reads a resource. */
    record Read(String uri) implements Operation {}

    /** Gets a prompt. */
    record Prompt(String name, Map<String, Object> arguments) implements Operation {}

    static Operation call(String tool, Map<String, Object> arguments) {
        return new Call(tool, arguments);
    }
}
