package dev.chaperone.controller.view.guard;

import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of the container that locks a pod's egress.
 *
 * @param started when it began, by the kubelet; null unless it has set the lock
 * @param finished when it ended; null unless it has set the lock
 */
public record LockFacts(State state, @Nullable Instant started, @Nullable Instant finished) {
    /** How far it is. */
    public enum State {
        /** The pod has none. */
        NONE,
        /** It has not run yet, or could not set the lock. */
        NOT_SET,
        /** It says that it has set the lock. */
        SET
    }

    static final LockFacts NONE = new LockFacts(State.NONE, null, null);

    private static final LockFacts NOT_SET = new LockFacts(State.NOT_SET, null, null);

    /** @param status what the kubelet says; null when it says nothing yet */
    static LockFacts of(@Nullable ContainerStatus status) {
        ContainerStateTerminated end = status == null || status.getState() == null
                ? null
                : status.getState().getTerminated();
        return end == null || end.getExitCode() == null || end.getExitCode() != 0
                ? NOT_SET
                : new LockFacts(State.SET, instant(end.getStartedAt()), instant(end.getFinishedAt()));
    }

    private static @Nullable Instant instant(@Nullable String text) {
        try {
            return text == null ? null : Instant.parse(text);
        } catch (DateTimeParseException e) {
            return null;
        }
    }
}
