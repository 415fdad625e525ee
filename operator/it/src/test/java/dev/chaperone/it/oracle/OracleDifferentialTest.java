package dev.chaperone.it.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chaperone.config.Verdict;
import dev.chaperone.guardrail.engine.Decision;
import dev.chaperone.guardrail.json.MalformedJsonException;
import dev.chaperone.it.oracle.Oracle.Answer;
import dev.chaperone.it.oracle.World.Call;
import dev.chaperone.policy.PolicyCompiler;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Policies and calls at random, decided by compiler and engine on one side and by the text of the semantics on the
 * other. {@code -Doracle.cases} says how many calls, {@code -Doracle.seed} where to begin.
 */
class OracleDifferentialTest {
    private static final int CALLS_A_WORLD = 12;
    private static final int CASES = Integer.getInteger("oracle.cases", 4_000);
    private static final long SEED = Long.getLong("oracle.seed", 1);
    private static final int SHOWN = 5;

    private final PolicyCompiler compiler = new PolicyCompiler();
    private final Map<Verdict, Integer> verdicts = new EnumMap<>(Verdict.class);
    private final List<String> disagreements = new ArrayList<>();

    @Test
    void semantics1To8_theEngineDecidesAsTheTextSays() {
        // Given
        long begin = System.nanoTime();
        int worlds = (CASES + CALLS_A_WORLD - 1) / CALLS_A_WORLD;

        // When
        for (int i = 0; i < worlds && disagreements.size() < SHOWN; i++) {
            compare(SEED + i);
        }

        // Then
        System.out.printf("oracle: seeds %d to %d, %d policy sets, %d calls, %s, %.1f s%n", SEED, SEED + worlds - 1,
                worlds, worlds * CALLS_A_WORLD, verdicts, (System.nanoTime() - begin) / 1e9);
        assertThat(disagreements).isEmpty();
        assertThat(verdicts).containsOnlyKeys(Verdict.values());
    }

    private void compare(long seed) {
        Random random = new Random(seed);
        World world = new RandomWorld(random).world();
        Compiled compiled = Compiled.of(compiler, world);
        List<String> broken = world.policies().stream().filter(World.Policy::broken)
                .map(policy -> Compiled.id(policy).resource()).toList();
        compiled.issues().stream().filter(issue -> issue.isError() && !broken.contains(issue.resource()))
                .forEach(issue -> disagreements.add("seed " + seed + ": " + issue.render()));
        RandomCalls calls = new RandomCalls(random, world);
        for (int i = 0; i < CALLS_A_WORLD; i++) {
            compare(seed, world, compiled, calls.next());
        }
    }

    private void compare(long seed, World world, Compiled compiled, Call call) {
        Decision decision;
        try {
            decision = compiled.decide(call);
        } catch (MalformedJsonException e) {
            if (call.readable()) {
                disagreements.add("seed " + seed + ": refuses " + call.body());
            }
            return;
        }
        Answer expected = new Oracle(world).decide(call);
        Answer actual = new Answer(
                decision.verdict(), decision.code(), decision.wouldVerdict(), decision.ignoredErrors());
        verdicts.merge(actual.verdict(), 1, Integer::sum);
        boolean hidden = actual.verdict().compareTo(Verdict.DENY) < 0 && !compiled.lists(call);
        if (!call.readable() || hidden || !actual.equals(expected)) {
            disagreements.add("seed %d: %s%s, expected %s, because of %s%n%s%n%s".formatted(seed, actual,
                    hidden ? " and not listed" : "", expected, decision.reasons(), call, text(world)));
        }
    }

    private static String text(World world) {
        StringBuilder text = new StringBuilder().append(world.servers());
        world.policies().forEach(policy -> {
            text.append("\n  ").append(policy.withRules(List.of()));
            policy.variables().forEach(one -> text.append("\n    ").append(one.name() + " = " + one.value().text()));
            policy.rules().forEach(rule -> text.append("\n    ").append(rule.tools() + " " + rule.verdict() + " "
                    + rule.failurePolicy() + " if " + (rule.when() == null ? "any" : rule.when().text())));
        });
        return text.toString();
    }
}
