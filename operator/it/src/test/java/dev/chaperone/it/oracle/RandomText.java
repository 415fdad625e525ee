package dev.chaperone.it.oracle;

import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes expressions of every function there is. A letter after {@code §} stands for an expression of a type: b bool, i
 * int, d double, s string, o optional string, L strings, I integers, t time, u duration, m map of strings, p pattern and
 * y anything. Types are meant to fit mostly: what does not fit, the compiler refuses.
 */
final class RandomText {
    private static final Pattern HOLE = Pattern.compile("§([a-zA-Z])");

    private static final Map<String, String> TEMPLATES = Map.ofEntries(
            Map.entry("b", """
                    true|false|args.b|§s == §s|§i < §i|§d >= §i|§i != §i|§s in §L|!(§b)|(§b && §b)|(§b OR §b)
                    (§b ? §b : §b)|§s.startsWith(§s)|§s.endsWith(§s)|§s.contains(§s)|§s.matches(§p)|matches(§s, §p)
                    §s.isWithin(§s)|has(args.s)|has(args.o.s)|!has(agent.labels.x)|§L.exists(x, x == §s)
                    §L.all(x, x.size() > §i)|§L.exists_one(x, x == §s)|§L.existsOne(x, x != §s)|§o.hasValue()|§t < §t
                    §u <= §u|§L.isSorted()|§I.isSorted()|[§t, §t].isSorted()|[§b, §b].isSorted()|§y == §y|§y in §L
                    §L == §L|§o == §o|bool('true')|type(§y) == type(§i)|type(§s) == string|§m == §m|§s in §m|§y|§y < §y
                    §y != null|§d > §d|§m.exists(x, x == §s)|§m.all(x, x in §L)|§y in §y|§b == §b|bytes(§s) == b'a'
                    §L.exists(x, §I.exists(y, x.size() == y))|uint(§i) < 2u|§o.optMap(x, x == §s).orValue(§b)"""),
            Map.entry("i",
                    """
                            1|-1|0|args.n|9007199254740991|(§i + §i)|(§i - §i)|(§i * §i)|(§i / §i)|(§i % §i)|-(§i)|size(§s)
                            §s.size()|§L.size()|size(§m)|§I.sum()|§I.min()|§I.max()|§s.indexOf(§s)|§s.indexOf(§s, §i)
                            §s.lastIndexOf(§s)|§s.lastIndexOf(§s, §i)|§L.indexOf(§s)|§I.lastIndexOf(§i)|int(§d)|int(§s)|int(§t)
                            §t.getFullYear()|§t.getHours()|§t.getDayOfWeek('UTC')|§t.getMonth()|§t.getDate()|§u.getSeconds()
                            §o.optMap(x, x.size()).orValue(§i)|§I[§i]|(§b ? §i : §i)|args.x.sum()|args.x.max()|bytes(§s).size()"""),
            Map.entry("d", "1.5|args.d|(§d + §d)|(§d * §d)|(§d / §d)|double(§i)|double(§s)|[§d, §d].sum()|[§d].max()"),
            Map.entry("s",
                    """
                            'a'|'/w/../x'|''|args.s|args.p|args['s']|args.o.s|args.l[0]|variables.v|tool.name|tool.stakes
                            agent.name|agent.labels.app|agent.labels[§s]|session.id|(§s + §s)|§s.lowerAscii()|§s.upperAscii()
                            §s.trim()|§s.cleanPath()|§s.substring(§i)|§s.substring(§i, §i)|§s.replace(§s, §s)
                            §s.replace(§s, §s, §i)|§s.charAt(§i)|§L.join()|§L.join(§s)|string(§i)|string(§d)|string(§b)
                            string(§t)|string(§u)|string(bytes(§s))|§o.orValue(§s)|§o.value()|§s.find(§p)|§L[§i]|§L.max()|§L.min()
                            (§b ? §s : §s)|§m[§s]|§m.a"""),
            Map.entry("o", """
                    optional.of(§s)|optional.none()|optional.ofNonZeroValue(§s)|args.?s|args.?o.?s|§L[?§i]|§L.first()
                    §L.last()|§o.or(§o)|§o.optFlatMap(x, optional.of(x + §s))|§m[?§s]|agent.?labels.?app
                    agent.labels.?app|args.?x|args[?§s]|args.?l[?0]|args.?o[?'s']|args.?l.optMap(x, x[0])"""),
            Map.entry("L", """
                    ['a', 'b']|[]|args.l|[§s, §s]|(§L + §L)|§s.split(§s)|§s.split(§s, §i)|§L.map(x, x + §s)
                    §L.filter(x, x != §s)|§L.map(x, x != §s, x)|§s.findAll(§p)|§s.findAll(§p, §i)
                    optional.unwrap([§o, §o])|[?§o, §s]|variables.w"""),
            Map.entry("I", "[1, 2]|[§i, §i]|§L.map(x, x.size())|(§I + §I)|[]"),
            Map.entry("t", "request.time|session.startedAt|timestamp('2026-01-01T00:00:00Z')|(§t + §u)|timestamp(§i)"
                    + "|timestamp(§s)|[§t, §t].max()"),
            Map.entry("u", "duration('1h')|(§t - §t)|(§u + §u)|[§u, §u].min()|duration(§s)"),
            Map.entry("m", "{'a': §s}|{§s: §s}|{'k': §s, ?'j': §o}|agent.labels|{}|args.o"),
            Map.entry("p", "'a+'|'(aORb)*c'|r'\\d'|'[a-z]{3,9}$'|§s|'(((a{50}){50}){50}){50}'|'(a){30}'"),
            Map.entry("y", "args.x|args.u|args|§i|§s|dyn(§s)|[§y]|{§s: §y}|{§i: §y}|args.o|variables.w|null|b'a'|1u"
                    + "|uint(§i)|§o|§t|§d|§L|args.u.x|args.x[0]"));

    private RandomText() {}

    static String of(Random random, String type, int depth) {
        String[] templates = TEMPLATES.get(type).split("\\||\\n");
        String template = templates[random.nextInt(templates.length)];
        for (int tries = 0; depth <= 0 && template.contains("§") && tries < 20; tries++) {
            template = templates[random.nextInt(templates.length)];
        }
        return HOLE.matcher(template.replace("OR", "||")).replaceAll(
                hole -> Matcher.quoteReplacement(of(random, hole.group(1), depth - 1)));
    }
}
