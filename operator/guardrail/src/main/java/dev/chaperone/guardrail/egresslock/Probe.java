package dev.chaperone.guardrail.egresslock;

import dev.chaperone.guardrail.egresslock.Target.Kind;
import dev.chaperone.guardrail.egresslock.Target.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Tries the same before and after the lock is set. That nothing is reached afterwards proves nothing by itself: the network
 * may be down, or something else in the way. So what is proven takes both, a connection that was there before and a
 * refusal of everything afterwards that comes at once and from within the pod.
 */
final class Probe {
    private final Function<Target, Outcome> attempt;
    private final List<Result> results = new ArrayList<>();

    Probe(Function<Target, Outcome> attempt) {
        this.attempt = attempt;
    }

    void before(List<Target> targets) {
        for (Target target : targets) {
            Outcome before = attempt.apply(target);
            // Where no packet can even be sent, there is no way out that could be locked.
            if (target.kind() != Kind.PACKET || before == Outcome.REACHED) {
                results.add(new Result(target, before, before));
            }
        }
    }

    void after() {
        results.replaceAll(result -> new Result(result.target, result.before, attempt.apply(result.target)));
    }

    boolean proven() {
        return results.stream().anyMatch(result -> result.target.kind() == Kind.TCP && result.before == Outcome.REACHED)
                && results.stream().allMatch(result -> result.after == Outcome.REFUSED);
    }

    /** For people. */
    String text() {
        return results.isEmpty()
                ? "there was nothing to try"
                : results.stream().map(Result::text).collect(Collectors.joining("; "));
    }

    private record Result(Target target, Outcome before, Outcome after) {
        String text() {
            return target.text() + ": " + before.text() + " before, " + after.text() + " after";
        }
    }
}
