package dev.chaperone.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What narrows while an oversight requirement is not known to hold. When a lease ends is not part of the config: it
 * is state of the guardrail, renewed by the operator, and a lease that was never renewed has ended.
 *
 * @param requirement names the requirement, unique within a config
 * @param narrowings what applies once the lease has ended
 */
public record OversightLease(String requirement, List<Narrowing> narrowings) {
    public OversightLease {
        narrowings = narrowings == null ? List.of() : List.copyOf(narrowings);
    }

    /**
     * @param tools patterns on {@code server/tool}
     * @param stakes only tools of these stakes; null for all
     * @param verdict {@link Verdict#REVIEW} or {@link Verdict#DENY}
     */
    public record Narrowing(List<String> tools, @Nullable Stakes stakes, Verdict verdict) {
        public Narrowing {
            tools = tools == null ? List.of() : List.copyOf(tools);
        }
    }
}
