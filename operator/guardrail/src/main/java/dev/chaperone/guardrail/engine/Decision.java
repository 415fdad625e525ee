package dev.chaperone.guardrail.engine;

import dev.chaperone.config.DenialCode;
import dev.chaperone.config.Verdict;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of a call, and why.
 *
 * @param verdict the strictest of what counts
 * @param code what a denial tells the agent; null exactly when the verdict is {@link Verdict#ALLOW}
 * @param messages what policy wants the agent to read: the messages of the rules that decided, sorted, each once
 * @param reasons all that was said, sorted
 * @param wouldVerdict the verdict if every policy that audits were enforced
 * @param ignoredErrors rules that could not be evaluated and whose policy says to ignore that
 * @param revision the revision of the config that decided
 */
public record Decision(
        Verdict verdict,
        @Nullable DenialCode code,
        List<String> messages,
        List<Reason> reasons,
        Verdict wouldVerdict,
        int ignoredErrors,
        String revision) {
    public Decision {
        if ((code == null) != (verdict == Verdict.ALLOW)) {
            throw new IllegalArgumentException("a denial has a code and nothing else has one");
        }
        messages = List.copyOf(messages);
        reasons = List.copyOf(reasons);
    }

    /** Whether the call may be forwarded. */
    public boolean allowed() {
        return verdict == Verdict.ALLOW;
    }
}
