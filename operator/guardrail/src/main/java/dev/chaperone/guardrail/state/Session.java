package dev.chaperone.guardrail.state;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.chaperone.config.JsonTrees;
import dev.chaperone.guardrail.engine.SessionState;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The session that all calls of this guardrail belong to: its pod, or its state directory where there is no pod. What
 * ended it is on disk before anyone is told, so that no restart begins it anew.
 */
public final class Session {
    private final StateFile file;
    private volatile SessionState state;

    private Session(StateFile file, SessionState state) {
        this.file = file;
        this.state = state;
    }

    /**
     * Continues the session of a state directory or begins one.
     *
     * @param id the pod's UID; null where the state directory is the session. Another id than that on disk begins a new
     *     session
     */
    public static Session open(Path stateDirectory, @Nullable String id, Clock clock) throws IOException {
        StateFile file = new StateFile(stateDirectory.resolve("session.json"));
        if (file.exists()) {
            var stored = JsonTrees.read(file.read());
            var state = new SessionState(
                    stored.required("id").asText(),
                    Instant.parse(stored.required("startedAt").asText()),
                    stored.required("ended").asBoolean(true));
            if (id == null || id.equals(state.id())) {
                return new Session(file, state);
            }
        }
        var session = new Session(
                file, new SessionState(id == null ? UUID.randomUUID().toString() : id, clock.instant(), false));
        session.store(session.state);
        return session;
    }

    public SessionState state() {
        return state;
    }

    /** Ends the session for good. When this cannot be stored, it ends for as long as this process lives. */
    public synchronized void end() throws IOException {
        if (!state.ended()) {
            state = new SessionState(state.id(), state.startedAt(), true);
            store(state);
        }
    }

    private void store(SessionState current) throws IOException {
        ObjectNode node = JsonNodeFactory.instance.objectNode()
                .put("id", current.id())
                .put("startedAt", current.startedAt().toString())
                .put("ended", current.ended());
        file.write(JsonTrees.write(node));
    }
}
