package dev.chaperone.controller.reconciler.eviction;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What was evicted of one agent.
 *
 * @param rounds the last round for each reason
 */
record EvictionHistory(SortedMap<String, Round> rounds) {
    static final EvictionHistory NONE = new EvictionHistory(new TreeMap<>());

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration FIRST_WAIT = Duration.ofMinutes(10);
    private static final Duration LONGEST_WAIT = Duration.ofHours(24);
    // Twice the longest wait: whatever comes to be wrong by then has another cause.
    private static final Duration FORGOTTEN = LONGEST_WAIT.multipliedBy(2);
    private static final int DOUBLINGS = 10;

    /**
     * The pods that were there at one time are evicted one after the other in one round; those that took their place
     * wait for the next.
     *
     * @param number 1 for the first
     * @param began pods that were made before belong to it
     * @param last when it evicted last, or was about to
     * @param pod UID of the pod that it evicted last
     */
    record Round(int number, Instant began, Instant last, String pod) {
        /** When the next round may begin. */
        Instant next() {
            Duration wait = number > DOUBLINGS ? LONGEST_WAIT : FIRST_WAIT.multipliedBy(1L << (number - 1));
            return last.plus(wait.compareTo(LONGEST_WAIT) < 0 ? wait : LONGEST_WAIT);
        }

        boolean isForgotten(Instant now) {
            return !now.isBefore(last.plus(FORGOTTEN));
        }
    }

    /** As if a pod had been evicted for the reason just now. */
    static EvictionHistory unreadable(String reason, Instant now) {
        return NONE.with(reason, new Round(1, now.minus(FORGOTTEN), now, ""));
    }

    /** The eviction that was last, for whatever reason. */
    @Nullable
    Round latest() {
        Round latest = null;
        for (Round round : rounds.values()) {
            if (latest == null || round.last().isAfter(latest.last())) {
                latest = round;
            }
        }
        return latest;
    }

    /** With this round as the last one for the reason, without what need not be remembered. */
    EvictionHistory with(String reason, Round round) {
        SortedMap<String, Round> next = new TreeMap<>(rounds);
        next.values().removeIf(each -> each.isForgotten(round.last()));
        next.put(reason, round);
        return new EvictionHistory(next);
    }

    String write() {
        ObjectNode json = JSON.createObjectNode();
        rounds.forEach((reason, round) -> json.putObject(reason)
                .put("round", round.number())
                .put("began", round.began().toString())
                .put("last", round.last().toString())
                .put("pod", round.pod()));
        return json.toString();
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws IllegalArgumentException when it is something else
     */
    static EvictionHistory read(@Nullable String text) {
        if (text == null || text.isEmpty()) {
            return NONE;
        }
        try {
            SortedMap<String, Round> rounds = new TreeMap<>();
            JsonNode json = JSON.readTree(text);
            for (Map.Entry<String, JsonNode> each : json.properties()) {
                JsonNode round = each.getValue();
                rounds.put(
                        each.getKey(), new Round(
                                Math.max(1, round.path("round").asInt()),
                                Instant.parse(round.path("began").asText()),
                                Instant.parse(round.path("last").asText()), round.path("pod").asText()));
            }
            return new EvictionHistory(rounds);
        } catch (JsonProcessingException | DateTimeException e) {
            throw new IllegalArgumentException("no history of evictions: " + text, e);
        }
    }
}
