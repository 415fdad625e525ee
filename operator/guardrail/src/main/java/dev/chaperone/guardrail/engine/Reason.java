package dev.chaperone.guardrail.engine;

import dev.chaperone.config.Verdict;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * One thing that was said of a call.
 *
 * @param policy name of the policy, of the oversight requirement as {@code OversightLease/<requirement>}, or of the tool
 *     whose definition is not the pinned one as {@code ToolDefinition/<server>/<tool>}; {@code ""} when no policy said it
 * @param rule name of the rule; null for a policy's default, a lease, a definition, and checks before any rule
 * @param verdict what it said
 * @param counted whether it counts; not when the policy audits, in general or for this session
 * @param error a short class of error, never payload; null unless the verdict stands for one. For invalid arguments it
 *     carries the JSON pointer of the place
 */
public record Reason(
        String policy, @Nullable String rule, Verdict verdict, boolean counted, @Nullable String error)
        implements
            Comparable<Reason> {
    private static final Comparator<Reason> ORDER = Comparator.comparing(Reason::policy)
            .thenComparing(Reason::rule, Comparator.nullsFirst(Comparator.naturalOrder()))
            .thenComparing(Reason::verdict)
            .thenComparing(Reason::counted)
            .thenComparing(Reason::error, Comparator.nullsFirst(Comparator.naturalOrder()));

    @Override
    public int compareTo(Reason other) {
        return ORDER.compare(this, other);
    }
}
