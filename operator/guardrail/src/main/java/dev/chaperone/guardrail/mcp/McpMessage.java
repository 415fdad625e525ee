package dev.chaperone.guardrail.mcp;

import dev.chaperone.guardrail.json.JsonObject;
import org.jspecify.annotations.Nullable;

/** A JSON-RPC message of an agent that has passed every check that needs no policy. */
public sealed interface McpMessage {
    /** The message as it goes upstream: the agent's bytes, apart from members that the guardrail owns. */
    byte[] body();

    Era era();

    /** A tool call, to be decided. */
    record ToolCallRequest(Era era, JsonRpcId id, String tool, JsonObject arguments, byte[] body)
            implements
                McpMessage {}

    /**
     * Any other request.
     *
     * @param answerIsRewritten whether the answer names tools or capabilities and is cut down to what may be known
     */
    record OtherRequest(Era era, JsonRpcId id, String method, boolean answerIsRewritten, byte[] body)
            implements
                McpMessage {
        /** Whether its answer is a stream that goes on for as long as both sides like. */
        public boolean isOpenEnded() {
            return method.equals(McpMethod.LISTEN.wireName());
        }
    }

    /** A notification. */
    record Notification(Era era, String method, byte[] body) implements McpMessage {}

    /** The answer to a request of the server. */
    record Response(Era era, byte[] body) implements McpMessage {}

    /** What an answer to this message is addressed to; null when it gets none. */
    default @Nullable JsonRpcId replyTo() {
        return switch (this) {
            case ToolCallRequest call -> call.id();
            case OtherRequest request -> request.id();
            case Notification _,Response _ -> null;
        };
    }
}
