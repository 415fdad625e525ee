package dev.chaperone.guardrail.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.ast.CelReference;
import dev.chaperone.config.BundleException;
import dev.chaperone.config.DefaultVerdict;
import dev.chaperone.config.Verdict;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The CEL environment at run time. */
class ExpressionTest {
    private static final String ARGS = """
            {"path":"/workspace/a.txt","n":10,"d":1.5,"flag":true,"none":null,"tags":["a","b","c"],
             "nested":{"deep":{"value":"x"}},"words":"héllo wörld","emoji":"a😀b","big":9007199254740991,
             "empty":[],"zero":0,"upper":"ABC","list":[3,1,2]}""";

    @ParameterizedTest
    @ValueSource(strings = {
            "args.path == '/workspace/a.txt'", "args.n == 10", "args.n > 9 && args.n < 10.5", "args.d > 1",
            "args.flag", "args.none == null", "'b' in args.tags", "args.tags.size() == 3", "size(args.tags) == 3",
            "args.tags[1] == 'b'", "args['path'].startsWith('/work')", "'path' in args", "!('gone' in args)",
            "has(args.nested.deep)", "!has(args.gone)", "!has(args.nested.gone)",
            "args.?gone.orValue('x') == 'x'", "args.?nested.?deep.?value.orValue('') == 'x'",
            "args.?nested.?gone.?value.orValue('y') == 'y'", "args.?path.hasValue()", "!args.?gone.hasValue()",
            "args.?path.value() == '/workspace/a.txt'", "args[?'path'].orValue('') != ''",
            "args.tags[?1].orValue('') == 'b'", "!args.tags[?9].hasValue()", "args.?tags[?0].orValue('') == 'a'",
            "args.?nested[?'deep'].hasValue()", "optional.of(1).value() == 1", "!optional.none().hasValue()",
            "!optional.ofNonZeroValue(args.zero).hasValue()", "!optional.ofNonZeroValue(args.empty).hasValue()",
            "!optional.ofNonZeroValue(args.none).hasValue()", "optional.ofNonZeroValue(args.tags).hasValue()",
            "args.?gone.or(args.?path).hasValue()", "args.?path.optMap(p, p + '!').orValue('') == '/workspace/a.txt!'",
            "args.?path.optFlatMap(p, optional.of(p)).hasValue()",
            "args.tags.exists(t, t == 'b')", "args.tags.all(t, t.size() == 1)", "args.tags.exists_one(t, t == 'c')",
            "args.tags.filter(t, t != 'a') == ['b', 'c']", "args.tags.map(t, t + '1') == ['a1', 'b1', 'c1']",
            "args.nested.exists(k, k == 'deep')", "args.nested.deep == {'value': 'x'}",
            "args.tags == ['a', 'b', 'c']", "args.tags + ['d'] == ['a', 'b', 'c', 'd']",
            "tool.name == 'tool'", "tool.server == 'any'", "tool.stakes == 'High'", "has(tool.name)",
            "agent.namespace == 'dev'", "agent.name == 'coder'", "agent.labels.app == 'coder'",
            "agent.labels['app'] == 'coder'", "agent.labels.?tier.orValue('none') == 'none'",
            "session.id == 'pod-1'", "session.startedAt < request.time",
            "request.time - session.startedAt == duration('60s')", "request.time.getFullYear() == 2026",
            "request.time > timestamp('2026-01-01T00:00:00Z')", "request.time.getHours() == 12",
            "args.words.contains('wör')", "args.words.endsWith('rld')", "args.words.matches('^h.llo')",
            "matches(args.words, 'w.rld$')", "args.path.isWithin('/workspace')",
            "args.path.cleanPath() == '/workspace/a.txt'", "args.upper.lowerAscii() == 'abc'",
            "'aéz'.upperAscii() == 'AéZ'", "'  x '.trim() == 'x'", "'\u00a0x\u2003'.trim() == 'x'",
            "args.words.split(' ') == ['héllo', 'wörld']", "'a,b,c'.split(',', 2) == ['a', 'b,c']",
            "'abc'.split('') == ['a', 'b', 'c']", "'a,b'.split(',', 0) == []", "'a,b'.split(',', 1) == ['a,b']",
            "''.split(',') == ['']", "args.emoji.charAt(1) == '😀'", "args.emoji.charAt(3) == ''",
            "args.emoji.substring(1) == '😀b'", "args.emoji.substring(0, 2) == 'a😀'",
            "args.emoji.indexOf('b') == 2", "args.emoji.indexOf('z') == -1", "'abcabc'.indexOf('b', 2) == 4",
            "'abcabc'.lastIndexOf('b') == 4", "'abcabc'.lastIndexOf('b', 3) == 1", "size(args.emoji) == 3",
            "'hello hello'.replace('he', 'we') == 'wello wello'",
            "'hello hello'.replace('he', 'we', 1) == 'wello hello'",
            "'a😀'.replace('', '_') == '_a_😀_'", "args.tags.join() == 'abc'", "args.tags.join('-') == 'a-b-c'",
            "args.words.find('w[^ ]*') == 'wörld'", "args.words.findAll('l+') == ['ll', 'l']", "args.list.sum() == 6",
            "args.words.findAll('[a-z]', 2) == ['h', 'l']", "args.words.findAll('[a-z]', 0) == []",
            "args.missing > 1 || true", "!(args.missing > 1 && false)", "args.big == 9007199254740991",
            "string(args.n) == '10'", "int(args.d) == 1", "double(args.n) == 10.0", "type(args.path) == string",
            "!('z' in args.tags)", "args.n in args.list || args.n in [10]", "!(args.n in args.list)",
            "args.list.sum() == 6", "args.words.find('z+') == ''", "args.tags == ['a', 'b', 'c'] && args.tags != ['a']",
            "[1, 2, 3].exists(x, x == args.n - 8)", "{'a': 1}.a == 1", "args.n + 5 == 15", "-args.n == -10",
            "args.n % 3 == 1", "args.flag ? true : args.missing", "bytes('a') == b'a'"})
    void environment(String expression) {
        // Given
        var bundles = new TestBundles();
        bundles.policy("p", DefaultVerdict.NO_OPINION, bundles.rule("r", expression, Verdict.ALLOW));

        // When
        Decision decision = bundles.decide(ARGS);

        // Then
        assertThat(decision.reasons()).containsExactly(new Reason("p", "r", Verdict.ALLOW, true, null));
    }

    @ParameterizedTest
    @ValueSource(strings = {
            "args.missing == 1", "args.missing > 1 || false", "has(args.missing.deep)", "args.n == args.path + 1",
            "args.path + args.n == 'x'", "args.tags[7] == 'a'", "int(args.path) == 1", "args.n / args.zero == 1",
            "args.big + 9223372036854775807 > 0", "args.path.matches('(')", "args.path.matches(args.words + '[')",
            "args.path.substring(99) == ''", "args.path.charAt(-1) == ''", "args.n.matches('1')", "args.n",
            "args.?gone.value() == 1", "variables.gone == 1", "agent.labels.gone == 'x'", "args.words.exists(c, true)"})
    void semantic6_what_cannot_be_evaluated_is_an_error_not_a_mismatch(String expression) {
        // Given
        var bundles = new TestBundles();
        bundles.policy("p", DefaultVerdict.ALLOW, bundles.rule("r", "dyn(" + expression + ")", Verdict.ALLOW));

        // When
        Decision decision = bundles.decide(ARGS);

        // Then
        assertThat(decision.verdict()).isEqualTo(Verdict.DENY);
        assertThat(decision.reasons()).singleElement()
                .satisfies(reason -> assertThat(reason.error()).isNotNull().doesNotContain("workspace", "w\u00f6rld"));
    }

    @Test
    void every_function_that_the_compiler_knows_is_there() {
        // Given
        Set<String> needed = new TreeSet<>();
        for (String expression : new String[]{
                "args.a == args.b && args.a != args.b || !(args.a < args.b) && args.a <= args.b && args.a > args.b",
                "args.a in args.b ? args.a[0] == -args.c : args.a >= args.b", "args.?a.orValue(1) == 1",
                "args[?'a'].or(args.?b).hasValue()", "size(args.a) + args.b - args.c * args.d / args.e % args.f == 1",
                "string(args.a) + string(bytes(args.b)) == string(int(args.c)) + string(double(args.d))",
                "timestamp(args.a) - duration(args.b) > timestamp(uint(args.c) == 1u ? args.d : args.e)"}) {
            CelAbstractSyntaxTree ast = TestBundles.compile(expression);
            for (CelReference reference : ast.getReferenceMap().values()) {
                needed.addAll(reference.overloadIds());
            }
        }

        // When
        Set<String> known = CelFunctions.overloadIds();

        // Then
        assertThat(needed).isNotEmpty();
        assertThat(known).containsAll(needed);
    }

    @Test
    void every_function_of_lists_and_optionals_is_there_for_each_of_its_types() {
        Set<String> known = CelFunctions.overloadIds();
        for (String type : new String[]{"int", "double", "string", "bool", "timestamp", "duration"}) {
            assertThat(known).contains("list_" + type + "_is_sorted_bool", "list_" + type + "_min_" + type,
                    "list_" + type + "_max_" + type);
        }
        assertThat(known).contains("list_int_sum_int", "list_double_sum_double", "list_a_index_of_int",
                "list_a_last_index_of_int", "optional_list_first", "optional_list_last", "optional_unwrap_list",
                "matches", "matches_string", "string_find_string", "string_find_all_string",
                "string_find_all_string_int");
    }

    @Test
    void an_index_out_of_all_range_is_an_invalid_argument_not_a_failure_of_the_guardrail() {
        // Given
        var bundles = new TestBundles();
        bundles.policy("p", DefaultVerdict.ALLOW, bundles.rule("r", "args.tags[args.big] == 'a'", Verdict.ALLOW));

        // When
        Decision decision = bundles.decide(ARGS);

        // Then
        assertThat(decision.reasons()).containsExactly(new Reason("p", "r", Verdict.DENY, true, "invalid_argument"));
    }

    @Test
    void a_program_that_needs_an_unknown_function_is_refused_at_load() {
        // Given
        var bundles = new TestBundles();
        bundles.policy("p", DefaultVerdict.ALLOW, bundles.rule("r", "args.path.elsewhere()", Verdict.DENY));

        // Then
        assertThatThrownBy(() -> Engine.load(bundles.bundle())).isInstanceOf(BundleException.class)
                .hasMessageContaining("string_elsewhere");
    }
}
