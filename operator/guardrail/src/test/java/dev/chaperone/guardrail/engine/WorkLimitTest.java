package dev.chaperone.guardrail.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chaperone.config.DefaultVerdict;
import dev.chaperone.config.EnforcementMode;
import dev.chaperone.config.FailurePolicy;
import dev.chaperone.config.RuleConfig;
import dev.chaperone.config.Verdict;
import dev.chaperone.guardrail.json.WorkMeter;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** No expression can stall a guardrail. Work is counted, never timed. */
class WorkLimitTest {
    private static final String TEXT = "\"" + "a".repeat(500_000) + "\"";
    // What is asked for beyond the limit is refused, so at most one request of the largest kind is counted on top.
    private static final long BOUND = Work.LIMIT + 300L * 1_000_000;

    private final TestBundles bundles = new TestBundles();

    private static String list(int size) {
        return "[" + String.join(",", IntStream.range(0, size).mapToObj(Integer::toString).toList()) + "]";
    }

    static Stream<Arguments> heavy() {
        String lists = "{\"a\":" + list(200) + ",\"b\":" + list(200) + ",\"c\":" + list(200) + "}";
        String scans = "{\"l\":" + list(1_000) + ",\"t\":" + TEXT + "}";
        String strings = "{\"l\":[" + "\"aaaaaaaaaaaaaaaaaaaa\",".repeat(5_000) + "\"b\"],\"t\":" + TEXT + "}";
        return Stream.of(
                Arguments.of("args.a.exists(x, args.b.exists(y, args.c.exists(z, x == y && y == z && x != x)))", lists),
                Arguments.of("args.a.all(x, args.b.all(y, args.c.all(z, x == y || y == z || x == x)))", lists),
                Arguments.of("args.a.map(x, args.b.map(y, args.c.map(z, x + y + z))).size() == 200", lists),
                Arguments.of("args.a.filter(x, args.b.filter(y, args.c.filter(z, true) == []) == []) == []", lists),
                Arguments.of("args.l.exists(x, args.l == args.l.map(y, y) && x < 0)", scans),
                Arguments.of("args.l.exists(x, args.t.contains('b'))", scans),
                Arguments.of("args.l.exists(x, args.t.startsWith(args.t + 'b'))", scans),
                Arguments.of("args.l.exists(x, size(args.t) == x)", scans),
                Arguments.of("args.l.exists(x, args.t + args.t == '')", scans),
                Arguments.of("args.l.map(x, args.t + 'b').size() == 0", scans),
                Arguments.of("args.l.exists(x, args.t.matches('(a|b)*c') && x < 0)",
                        "{\"l\":" + list(1_000) + ",\"t\":\"" + "a".repeat(100_000) + "\"}"),
                Arguments.of("args.l.exists(x, args.t.lowerAscii() == 'x')", scans),
                Arguments.of("args.l.exists(x, args.t.split('').size() == x)", scans),
                Arguments.of("args.l.exists(x, args.t.indexOf('b') == x)", scans),
                Arguments.of("args.t.replace('', args.t) == ''", scans),
                Arguments.of("args.t.replace('a', args.t) == ''", scans),
                Arguments.of("args.l.exists(x, args.t.cleanPath() == '')", scans),
                Arguments.of("args.l.exists(x, args.t.isWithin('/'))", scans),
                Arguments.of("args.l.exists(x, bytes(args.t) == b'')", scans),
                Arguments.of("args.l.exists(x, (args.l + args.l).size() == x)", "{\"l\":" + list(9_000) + "}"),
                Arguments.of("args.l.exists(x, args.l.exists(y, x.contains(y) && y == 'c'))", strings),
                Arguments.of("args.l.all(x, x in args.l)", strings),
                Arguments.of("args.l.exists(x, args.l.join(args.t) == x)", strings));
    }

    @ParameterizedTest
    @MethodSource("heavy")
    void work_beyond_the_limit_is_an_evaluation_error(String expression, String arguments) {
        // Given
        bundles.policy("p", DefaultVerdict.ALLOW, bundles.rule("heavy", expression, Verdict.ALLOW));
        Work work = Work.fresh();

        // When
        Decision decision = bundles.engine().decide(OversightState.NONE, TestBundles.SESSION,
                TestBundles.call("any", "tool", arguments), work);

        // Then
        assertThat(decision.verdict()).isEqualTo(Verdict.DENY);
        assertThat(decision.reasons()).singleElement().satisfies(
                reason -> assertThat(reason.error()).isIn("work_limit", "iteration_budget_exceeded"));
        assertThat(work.enforced().spent()).isLessThan(BOUND);
        assertThat(WorkMeter.bound()).isNull();
    }

    @Test
    void iterations_over_what_an_expression_makes_itself_are_limited_too() {
        String ten = "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]";
        bundles.policy("p", DefaultVerdict.ALLOW, bundles.rule("heavy",
                ten + ".all(a, " + ten + ".all(b, " + ten + ".all(c, " + ten + ".all(d, " + ten
                        + ".all(e, a + b + c + d + e >= 0)))))",
                Verdict.ALLOW));
        assertThat(bundles.decide("{}").reasons()).singleElement()
                .satisfies(reason -> assertThat(reason.error()).isEqualTo("iteration_budget_exceeded"));
    }

    @Test
    void work_beyond_the_limit_in_a_variable_is_an_error_that_nothing_absorbs() {
        // Given
        String heavy = "args.a.exists(x, args.a == args.a.map(y, y) && x < 0)";
        bundles.policy("p", EnforcementMode.ENFORCE, 100, DefaultVerdict.ALLOW,
                List.of(bundles.variable("heavy", heavy), bundles.variable("reads", "variables.heavy")),
                bundles.rule("r", "variables.reads || true", Verdict.ALLOW));

        // When
        Decision decision = bundles.decide("{\"a\":" + list(1_000) + "}");

        // Then
        assertThat(decision.reasons()).containsExactly(new Reason("p", "r", Verdict.DENY, true, "work_limit"));
        assertThat(decision.allowed()).isFalse();
    }

    @Test
    void a_text_too_long_to_search_is_an_error() {
        bundles.policy("p", DefaultVerdict.ALLOW, bundles.rule("r", "args.t.matches('b')", Verdict.ALLOW));
        assertThat(bundles.decide("{\"t\":" + TEXT + "}").verdict()).isEqualTo(Verdict.DENY);
        assertThat(bundles.decide("{\"t\":\"" + "a".repeat(200_000) + "b\"}").verdict()).isEqualTo(Verdict.ALLOW);
    }

    @Test
    void a_pattern_that_is_too_large_is_an_error() {
        bundles.policy("p", DefaultVerdict.ALLOW, bundles.rule("r", "args.t.matches(args.p)", Verdict.ALLOW));
        assertThat(bundles.decide("{\"t\":\"ab\",\"p\":\"(((a{50}){50}){50}){50}\"}").verdict())
                .isEqualTo(Verdict.DENY);
        assertThat(bundles.decide("{\"t\":\"ab\",\"p\":\"" + "a".repeat(3_000) + "\"}").verdict())
                .isEqualTo(Verdict.DENY);
        assertThat(bundles.decide("{\"t\":\"ab\",\"p\":\"^a.$\"}").verdict()).isEqualTo(Verdict.ALLOW);
    }

    @Test
    void errors_in_bulk_are_limited() {
        bundles.policy("p", DefaultVerdict.ALLOW,
                bundles.rule("r", "args.a.exists(x, args.a.exists(y, args.gone == x))", Verdict.ALLOW));
        Work work = Work.fresh();
        bundles.engine().decide(OversightState.NONE, TestBundles.SESSION,
                TestBundles.call("any", "tool", "{\"a\":" + list(200) + "}"), work);
        assertThat(work.enforced().spent()).isGreaterThan(200L * 200 * WorkMeter.MISS);
    }

    @Test
    void semantic4_which_rule_meets_the_limit_first_changes_nothing() {
        // Given
        String heavy = "args.a.exists(x, args.a == args.a.map(y, y) && x < 0)";
        RuleConfig ignored = bundles.rule("ignored", "*", heavy, Verdict.DENY, FailurePolicy.IGNORE, null);
        RuleConfig cheap = bundles.rule("cheap", "*", "args.a.size() == 1000", Verdict.ALLOW, FailurePolicy.FAIL, null);
        RuleConfig always = bundles.rule("always", "*", null, Verdict.REVIEW, FailurePolicy.FAIL, null);
        var one = new TestBundles();
        one.policy("p", DefaultVerdict.ALLOW, one.rule("ignored", "*", heavy, Verdict.DENY, FailurePolicy.IGNORE, null),
                one.rule("cheap", "*", cheap.when(), Verdict.ALLOW, FailurePolicy.FAIL, null), always);
        bundles.policy("p", DefaultVerdict.ALLOW, always, cheap, ignored);
        String arguments = "{\"a\":" + list(1_000) + "}";

        // When
        Decision first = one.decide(arguments);
        Decision last = bundles.decide(arguments);

        // Then
        assertThat(first.reasons()).isEqualTo(last.reasons()).contains(
                new Reason("p", "cheap", Verdict.DENY, true, "work_limit"),
                new Reason("p", "always", Verdict.REVIEW, true, null));
        assertThat(first.verdict()).isEqualTo(Verdict.DENY).isEqualTo(last.verdict());
        assertThat(first.ignoredErrors()).isEqualTo(1).isEqualTo(last.ignoredErrors());
    }

    @Test
    void a_usual_call_needs_little() {
        bundles.policy("p", DefaultVerdict.NO_OPINION,
                bundles.rule("r", "args.path.isWithin('/workspace') && !args.path.matches('secret')", Verdict.ALLOW));
        Work work = Work.fresh();
        Decision decision = bundles.engine().decide(OversightState.NONE, TestBundles.SESSION,
                TestBundles.call("any", "tool", "{\"path\":\"/workspace/a.txt\"}"), work);
        assertThat(decision.allowed()).isTrue();
        assertThat(work.enforced().spent()).isLessThan(200);
    }
}
