package dev.chaperone.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How it stands with one thing that oversight policies require of an agent.
 *
 * @param requirement what is required, for example {@code monitoring.heartbeat}
 * @param state whether it is in force
 * @param since when it came to be so
 * @param reason why, in one word for programs
 * @param message why, for people
 * @param policies the oversight policies that require it
 * @param narrowed what the agent, or some of its pods, may not do meanwhile; absent when nothing is narrowed
 * @param pods the pods whose fault it is, the first of them when there are many; absent when it is none's
 */
public record OversightRequirement(
        String requirement,
        State state,
        String since,
        String reason,
        String message,
        List<String> policies,
        @Nullable List<String> narrowed,
        @Nullable List<String> pods) {
    /** Whether a requirement is in force. */
    public enum State {
        @JsonProperty("Met")
        MET("Met"),
        /** It is not in force. */
        @JsonProperty("Lapsed")
        LAPSED("Lapsed"),
        /** It is not known whether it is; counts as lapsed. */
        @JsonProperty("Unknown")
        UNKNOWN("Unknown"),
        /** There is nothing to oversee. */
        @JsonProperty("NotApplicable")
        NOT_APPLICABLE("NotApplicable");

        private final String wireName;

        State(String wireName) {
            this.wireName = wireName;
        }

        /** The state in manifests and metrics. */
        public String wireName() {
            return wireName;
        }

        /** Whether it counts as lapsed. */
        public boolean lacks() {
            return this == LAPSED || this == UNKNOWN;
        }
    }
}
