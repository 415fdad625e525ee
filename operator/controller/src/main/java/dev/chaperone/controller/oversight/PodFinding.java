package dev.chaperone.controller.oversight;

import dev.chaperone.api.OversightRequirement.State;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** How it stands with one pod by the terms of one requirement. */
sealed interface PodFinding {
    /** It keeps them, or has not had the time yet to break them. */
    record Keeps() implements PodFinding {}

    /**
     * It does not, or is not known to.
     *
     * @param reason in one word
     * @param text what is said of the pod, after its name
     * @param since when it began; null when that cannot be told
     */
    record Lacks(State state, String reason, String text, @Nullable Instant since) implements PodFinding {}
}
