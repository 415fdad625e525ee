package dev.chaperone.it.interop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * A public MCP client as agents use it: a library, speaking one era. It answers what servers ask with fixed answers, so
 * that two sessions can be compared.
 */
interface AgentClient {
    ObjectMapper JSON = new ObjectMapper();
    /** Longer than the timeout that any of them has for a request. */
    Duration PATIENCE = Duration.ofSeconds(90);

    /** The era a client is told to speak. Auto asks the server first. */
    enum Era {
        LEGACY, MODERN, AUTO;

        String option() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Every library in every era that it speaks. */
    static Stream<AgentClient> all() {
        // The inspector takes seconds for each call, and speaks the modern era whenever it asks a server that does.
        return Stream.concat(libraries(), Stream.of(Era.LEGACY, Era.AUTO).map(InspectorClient::new));
    }

    /** Those that do many things in one session. */
    static Stream<AgentClient> libraries() {
        return Stream.of(
                ScriptClient.typeScript(1, Era.LEGACY),
                ScriptClient.typeScript(2, Era.LEGACY),
                ScriptClient.typeScript(2, Era.MODERN),
                ScriptClient.typeScript(2, Era.AUTO),
                ScriptClient.python(Era.LEGACY),
                ScriptClient.python(Era.MODERN),
                ScriptClient.python(Era.AUTO),
                new JavaClient());
    }

    /** The era it is told to speak. */
    Era era();

    /**
     * Does one thing after the other in one session.
     *
     * @return what the client tells its user about each: the result, or the exception; where connecting fails, only that
     */
    List<JsonNode> does(URI server, List<Operation> operations);
}
