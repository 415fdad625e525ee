package dev.chaperone.controller.status;

import static java.util.Objects.requireNonNullElse;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The conditions of one status. A condition whose status does not change keeps its time. */
final class ConditionList {
    private static final int LONGEST_MESSAGE = 8_000;

    private final Instant now;
    private final long generation;
    private final Map<String, Condition> before = new TreeMap<>();
    private final Map<String, Condition> conditions = new TreeMap<>();

    ConditionList(Instant now, long generation, @Nullable Collection<Condition> before) {
        this.now = now;
        this.generation = generation;
        requireNonNullElse(before, List.<Condition>of())
                .forEach(condition -> this.before.put(condition.getType(), condition));
    }

    ConditionList put(String type, boolean status, String reason, String message) {
        String value = status ? "True" : "False";
        Condition known = before.get(type);
        String since = known != null && value.equals(known.getStatus()) ? known.getLastTransitionTime() : null;
        conditions.put(
                type, new ConditionBuilder().withType(type)
                        .withStatus(value)
                        .withReason(reason)
                        .withMessage(bounded(message))
                        .withObservedGeneration(generation)
                        .withLastTransitionTime(
                                requireNonNullElse(since, now.truncatedTo(ChronoUnit.SECONDS).toString()))
                        .build());
        return this;
    }

    /** Takes a condition over as it was, when it spoke of this generation; says whether it could. */
    boolean keep(String type) {
        Condition known = before.get(type);
        if (known == null || !Long.valueOf(generation).equals(known.getObservedGeneration())) {
            return false;
        }
        conditions.put(type, known);
        return true;
    }

    /** Sorted by type. */
    List<Condition> build() {
        return List.copyOf(conditions.values());
    }

    private static String bounded(String message) {
        return message.length() <= LONGEST_MESSAGE ? message : message.substring(0, LONGEST_MESSAGE) + "…";
    }
}
