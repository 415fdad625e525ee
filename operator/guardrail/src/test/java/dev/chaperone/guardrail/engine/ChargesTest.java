package dev.chaperone.guardrail.engine;

import static dev.chaperone.guardrail.json.WorkMeter.ITEM;
import static dev.chaperone.guardrail.json.WorkMeter.MISS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.chaperone.config.DefaultVerdict;
import dev.chaperone.config.Verdict;
import dev.chaperone.guardrail.json.WorkMeter;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What each function costs: one that is free is a way around the work limit. */
class ChargesTest {
    private static final String TEXT = "x".repeat(1_000);
    private static final List<Long> NUMBERS = List.of(1L, 2L, 3L, 4L);

    @AfterEach
    void unbind() {
        WorkMeter.bind(null);
    }

    static Stream<Arguments> functions() {
        return Stream.of(
                of("isSorted", 4 * ITEM, () -> Lists.isSorted(NUMBERS)),
                of("sum", 4 * ITEM, () -> Lists.sum(NUMBERS)),
                of("sum of doubles", 4 * ITEM, () -> Lists.sumOfDoubles(NUMBERS)),
                of("min", 4 * ITEM, () -> Lists.min(NUMBERS)),
                of("max", 4 * ITEM, () -> Lists.max(NUMBERS)),
                of("list indexOf", 4 * ITEM, () -> Lists.indexOf(NUMBERS, 9L)),
                of("list lastIndexOf", 4 * ITEM, () -> Lists.lastIndexOf(NUMBERS, 9L)),
                of("unwrap", 2 * ITEM, () -> Optionals.unwrap(List.of(Optional.of(1L), Optional.empty()))),
                of("cleanPath", 1_000, () -> Paths.clean(TEXT)),
                of("isWithin", 1_006, () -> Paths.isWithin(TEXT, "folder")),
                of("lowerAscii", 1_000, () -> Strings.lowerAscii(TEXT)),
                of("upperAscii", 1_000, () -> Strings.upperAscii(TEXT)),
                of("trim", 1_000, () -> Strings.trim(TEXT)),
                of("charAt", 1_000, () -> Strings.charAt(TEXT, 1)),
                of("substring", 1_000, () -> Strings.substring(TEXT, 1, 2)),
                of("indexOf", 1_000, () -> Strings.indexOf(TEXT, "y", 0)),
                of("lastIndexOf", 1_000, () -> Strings.lastIndexOf(TEXT, "y")),
                of("lastIndexOf from", 1_000, () -> Strings.lastIndexOf(TEXT, "y", 9)),
                of("replace", 1_000 + 2 * 4, () -> Strings.replace(TEXT, "x", "yyy", 2)),
                of("split", 1_000 + 2 * ITEM, () -> Strings.split(TEXT, "x", 3)),
                of("join", 3 * (1 + 2 + 1), () -> Strings.join(List.of("aa", "bb", "cc"), ",")),
                of("findAll", 3 * 2 + 3 * ITEM + 50, () -> new Regexes().findAll("xxx", "x", -1)),
                of("an error", MISS, () -> EvaluationError.invalid("wrong")));
    }

    private static Arguments of(String function, long cost, Runnable call) {
        return Arguments.of(function, cost, call);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("functions")
    void everyFunctionIsCharged(String function, long cost, Runnable call) {
        // Given
        WorkMeter meter = new WorkMeter(1_000_000);
        WorkMeter.bind(meter);

        // When
        call.run();

        // Then
        assertThat(meter.spent()).as(function).isEqualTo(cost);
    }

    @Test
    void aPatternOfARuleIsCompiledAheadAndCostsTheCallNothing() {
        String pattern = "[a-c]".repeat(40);
        long compiled = 50L * pattern.length();
        assertThat(spent("args.text.matches('" + pattern + "')", pattern)).isLessThan(compiled);
        assertThat(spent("matches(args.text, '" + pattern + "')", pattern)).isLessThan(compiled);
        assertThat(spent("args.text.find('" + pattern + "') != ''", pattern)).isLessThan(compiled);
        assertThat(spent("args.text.findAll('" + pattern + "').size() > 0", pattern)).isLessThan(compiled);
        assertThat(spent("args.text.matches(args.pattern)", pattern)).isGreaterThan(compiled);
    }

    @Test
    void whatIsComparedIsChargedOnBothSides() {
        assertThat(spent("args.text.contains(args.pattern)", "12345")).isEqualTo(1 + 5);
        assertThat(spent("args.pattern.startsWith(args.text)", "12345")).isEqualTo(5 + 1);
        assertThat(spent("size(args.pattern) == 0", "12345")).isEqualTo(5 + 2);
    }

    private static long spent(String expression, String pattern) {
        var bundles = new TestBundles();
        bundles.policy("p", DefaultVerdict.ALLOW, bundles.rule("r", expression, Verdict.DENY));
        Work work = Work.fresh();
        Decision decision = bundles.engine().decide(OversightState.NONE, TestBundles.SESSION,
                TestBundles.call("any", "tool", "{\"text\":\"x\",\"pattern\":\"" + pattern + "\"}"), work);
        assertThat(decision.allowed()).isTrue();
        return work.enforced().spent();
    }
}
