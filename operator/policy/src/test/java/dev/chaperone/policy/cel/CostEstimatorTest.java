package dev.chaperone.policy.cel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cel.common.CelProtoAbstractSyntaxTree;
import dev.cel.expr.CheckedExpr;
import dev.chaperone.policy.cel.CompiledExpression.Accepted;
import dev.chaperone.policy.cel.ExpressionCompiler.Wanted;
import dev.chaperone.policy.schema.ValueType.Scalar;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Pinned to the number, because a cost that shrinks lets expressions through that hold calls up. A change of the
 * estimates is free to change them, as long as what is walked through stays counted.
 */
class CostEstimatorTest {
    private static final ExpressionScope SCOPE = new ExpressionScope(Scalar.DYN, new TreeMap<>());

    private final ExpressionCompiler compiler = new ExpressionCompiler(100);

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            true                                                     | 0
            args.a                                                   | 2
            args.a == 1                                              | 3
            [args.a, args.b]                                         | 5
            {'a': args.a}                                            | 3
            args.a.contains(args.b)                                  | 430156
            args.a.split(',')                                        | 664
            args.a.split(',').size() == 1                            | 666
            args.a.replace('x', 'yy')                                | 671
            args.a.replace('x', 'yy').size()                         | 1982
            args.a.indexOf('x')                                      | 764
            args.a.lastIndexOf(args.b)                               | 430356
            args.a in args.b                                         | 205
            args.a in ['x', 'yy']                                    | 4
            args.a.b.c in args.d.e                                   | 208
            args.a.sum() == 1                                        | 204
            [1, 2].max() == args.a                                   | 5
            args.a == args.b                                         | 760
            args.a == 'x'                                            | 3
            [1, 2, 3] == args.a                                      | 4
            args.a.startsWith(args.b)                                | 760
            args.a + args.b                                          | 1415
            [1] + args.a                                             | 759
            (args.a + args.b).size()                                 | 2726
            ('aaaa' + args.a).size()                                 | 1414
            args.a.join(args.b).size()                               | 666501
            ['a', 'bb'].join('-').size()                             | 3
            args.a.cleanPath()                                       | 658
            args.a.matches('a')                                      | 6556
            args.a.matches('[a-z]{30}')                              | 19662
            args.a.matches(args.b)                                   | 655305
            args.a.find('a').size()                                  | 7212
            args.a.findAll('a').exists(x, x == args.b)               | 771557
            args.a.exists(x, x == 1)                                 | 8003
            [1, 2].exists(x, x == args.a)                            | 22
            [1, 2].map(x, x + args.a).exists(y, y == 1)              | 1546
            args.a.filter(x, x == 'a').exists(y, y == 'b')           | 17005
            args.?a.optMap(x, x.size() + args.b).orValue(0)          | 1427
            args.a.exists(x, x.exists(y, y == 'b'))                  | 168003
            args.a.map(x, x.b).exists(y, y.contains('a'))            | 24005
            (args.b ? args.a : ['x']).exists(y, y == 1)              | 8007
            (args.b ? 'a' : args.a).size()                           | 661
            args.a[0].size()                                         | 659
            args.?a.orValue(['x']).exists(y, y == 1)                 | 8005
            [['a', 'b'], ['cc']].exists(x, x.exists(y, y == args.a)) | 60
            bytes('abc') == args.a                                   | 4
            string(args.a).trim().size()                             | 1970
            args.a.split(',').exists(x, x.contains(args.b))          | 10665
            (args.a + ['x']).exists(y, y.contains('b'))              | 18678
            (['x'] + ['yy', 'z']).exists(y, y.contains('b'))         | 28
            args.a.min().size()                                      | 214
            args.a.first().value().size()                            | 15
            b'aa' == b'bbb'                                          | 1
            args.a.b.exists(x, x in args.c)                          | 210004
            """)
    void countsWhatIsWalkedThrough(String expression, long expected) throws Exception {
        // When
        long cost = cost(expression);

        // Then
        assertThat(cost).isEqualTo(expected);
    }

    private long cost(String expression) throws Exception {
        var accepted = (Accepted) compiler.compile(expression, Wanted.ANYTHING, SCOPE);
        return CostEstimator.worstCase(CelProtoAbstractSyntaxTree
                .fromCheckedExpr(CheckedExpr.parseFrom(accepted.program().bytes())).getAst().getExpr());
    }
}
