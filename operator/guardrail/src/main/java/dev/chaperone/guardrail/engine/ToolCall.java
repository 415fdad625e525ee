package dev.chaperone.guardrail.engine;

import dev.cel.common.values.NullValue;
import dev.chaperone.config.CanonicalJson;
import dev.chaperone.config.Digests;
import dev.chaperone.guardrail.json.JsonObject;
import java.time.Instant;

/**
 * What an agent asks for.
 *
 * @param server name of the tool server
 * @param tool name of the tool, as the server knows it
 * @param arguments what the tool is called with; {@link JsonObject#EMPTY} when the request names none
 * @param time when the call arrived
 */
public record ToolCall(String server, String tool, JsonObject arguments, Instant time) {
    /** {@code sha256:} and the digest of the canonical form of the arguments, what reviews and evidence name. */
    public String argumentsDigest() {
        return Digests.of(CanonicalJson.bytes(arguments, NullValue.NULL_VALUE));
    }

    /** Without the arguments, which are payload. */
    @Override
    public String toString() {
        return "ToolCall[" + server + "/" + tool + " at " + time + "]";
    }
}
