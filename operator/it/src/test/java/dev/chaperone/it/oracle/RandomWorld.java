package dev.chaperone.it.oracle;

import dev.chaperone.config.DefaultVerdict;
import dev.chaperone.config.EnforcementMode;
import dev.chaperone.config.FailurePolicy;
import dev.chaperone.config.Stakes;
import dev.chaperone.config.Verdict;
import dev.chaperone.it.oracle.World.Policy;
import dev.chaperone.it.oracle.World.Requirement;
import dev.chaperone.it.oracle.World.Rule;
import dev.chaperone.it.oracle.World.Schema;
import dev.chaperone.it.oracle.World.Selector;
import dev.chaperone.it.oracle.World.Server;
import dev.chaperone.it.oracle.World.Tool;
import dev.chaperone.it.oracle.World.Type;
import dev.chaperone.it.oracle.World.Variable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** Makes worlds. Small vocabularies, so that things meet. */
final class RandomWorld {
    /** The members of every object among the arguments. */
    static final Map<String, Type> OBJECT = Map.of("s", Type.STRING, "n", Type.INTEGER);

    private static final Map<String, List<Type>> MEMBERS = new TreeMap<>(Map.of(
            "s", List.of(Type.STRING), "p", List.of(Type.STRING), "n", List.of(Type.INTEGER), "d",
            List.of(Type.NUMBER), "b", List.of(Type.BOOLEAN), "l", List.of(Type.STRINGS), "o", List.of(Type.OBJECT),
            "x", List.of(Type.STRING, Type.INTEGER, Type.ANY)));
    private static final List<String> PATTERNS = List.of("*", "files/*", "files/read", "*/read", "files/read*",
            "f?les/*", "shop/*", "shop/pay", "open/*", "open/run", "*/*a*", "gone/read", "*s/w*e", "*op*/*");

    private final Random random;

    RandomWorld(Random random) {
        this.random = random;
    }

    World world() {
        List<Server> servers = new ArrayList<>();
        servers.add(new Server(World.NAMESPACE, "files", List.of(tool("read"), tool("read_all"), tool("write"))));
        if (chance(70)) {
            servers.add(new Server(World.NAMESPACE, "shop", List.of(tool("pay"), tool("read"))));
        }
        if (chance(60)) {
            servers.add(new Server(World.NAMESPACE, "open", null));
        }
        if (chance(20)) {
            servers.add(new Server("ops", "files", List.of(tool("read"), tool("erase"))));
        }
        List<Policy> policies = new ArrayList<>();
        for (int i = random.nextInt(5); i > 0; i--) {
            policies.add(policy("p" + i, servers));
        }
        return new World(labels(Map.of("app", "coder"), Map.of("app", "coder", "team", "a")),
                labels(Map.of(), Map.of("tier", "prod")), servers, policies);
    }

    private Tool tool(String name) {
        return new Tool(name, pick(null, Stakes.LOW, Stakes.HIGH), chance(75) ? schema() : null);
    }

    private Schema schema() {
        Map<String, Type> members = new TreeMap<>();
        MEMBERS.forEach((name, types) -> {
            if (chance(55)) {
                members.put(name, types.get(random.nextInt(types.size())));
            }
        });
        List<String> required = members.keySet().stream().filter(name -> chance(20)).toList();
        return new Schema(members, required, chance(30));
    }

    private Policy policy(String name, List<Server> servers) {
        boolean cluster = chance(40);
        List<List<String>> patterns = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            patterns.add(chance(80) ? List.of(pattern()) : List.of(pattern(), pattern()));
        }
        Map<String, Type> all = arguments(patterns.stream().flatMap(List::stream).toList(), servers);
        Map<String, Type> types = new TreeMap<>();
        List<Variable> variables = new ArrayList<>();
        for (int i = Math.max(0, random.nextInt(5) - 1); i > 0; i--) {
            Map.Entry<Expr, Type> value = new RandomExpr(random, all, types).value();
            types.put("v" + i, value.getValue());
            variables.add(new Variable("v" + i, value.getKey()));
        }
        List<Rule> rules = new ArrayList<>();
        for (List<String> tools : patterns) {
            rules.add(rule("r" + rules.size(), tools, new RandomExpr(random, arguments(tools, servers), types)));
        }
        return new Policy(cluster, cluster ? null : chance(90) ? World.NAMESPACE : "ops", name,
                cluster && chance(40) ? namespaces() : null, chance(40) ? agents() : null,
                pick(null, EnforcementMode.ENFORCE, EnforcementMode.ENFORCE, EnforcementMode.AUDIT),
                pick(null, null, 100, 0, 30, 70),
                pick(null, DefaultVerdict.NO_OPINION, DefaultVerdict.NO_OPINION, DefaultVerdict.ALLOW,
                        DefaultVerdict.ALLOW, DefaultVerdict.DENY),
                pick(null, FailurePolicy.FAIL, FailurePolicy.IGNORE), variables, rules, chance(1));
    }

    private Rule rule(String name, List<String> tools, RandomExpr conditions) {
        return new Rule(name, tools, chance(15) ? null : conditions.condition(3),
                pick(Verdict.ALLOW, Verdict.ALLOW, Verdict.ALLOW, Verdict.REVIEW, Verdict.DENY, Verdict.END_SESSION),
                pick(null, null, FailurePolicy.FAIL, FailurePolicy.IGNORE), chance(20) ? "told" : null);
    }

    private String pattern() {
        return PATTERNS.get(random.nextInt(PATTERNS.size()));
    }

    /** What is known of the arguments of the tools that patterns are about: null for nothing. */
    private static Map<String, Type> arguments(Collection<String> patterns, List<Server> servers) {
        Map<String, Type> known = new TreeMap<>();
        boolean any = false;
        for (Server server : servers) {
            if (!server.namespace().equals(World.NAMESPACE)) {
                continue;
            }
            List<Tool> tools = server.tools() == null ? List.of(new Tool("", null, null)) : server.tools();
            for (Tool tool : tools) {
                // Of a server that takes any name, some name may always be meant.
                boolean about = patterns.stream().anyMatch(pattern -> server.tools() != null
                        ? Oracle.isAbout(pattern, server.name(), tool.name())
                        : Oracle.isAbout(pattern.replaceFirst("/.*", "/*"), server.name(), "any"));
                if (about && tool.schema() == null) {
                    return null;
                }
                if (about) {
                    any = true;
                    tool.schema().members().forEach((name, type) -> known
                            .merge(name, type, (one, other) -> one == other ? one : Type.ANY));
                }
            }
        }
        return any ? known : null;
    }

    private Selector namespaces() {
        return pick(new Selector(Map.of("kubernetes.io/metadata.name", World.NAMESPACE), List.of()),
                new Selector(Map.of("tier", "prod"), List.of()),
                new Selector(Map.of(), List.of(new Requirement("tier", "NotIn", List.of("prod", "test")))),
                new Selector(Map.of(), List.of(new Requirement("tier", "DoesNotExist", List.of()))));
    }

    private Selector agents() {
        return pick(new Selector(Map.of(), List.of()), new Selector(Map.of("app", "coder"), List.of()),
                new Selector(Map.of("app", "other"), List.of()),
                new Selector(Map.of("app", "coder"), List.of(new Requirement("team", "Exists", List.of()))),
                new Selector(Map.of(), List.of(new Requirement("team", "In", List.of("a", "b")))),
                new Selector(Map.of(), List.of(new Requirement("team", "NotIn", List.of("a")))));
    }

    @SafeVarargs
    @SuppressWarnings("varargs")
    private Map<String, String> labels(Map<String, String>... choices) {
        return pick(choices);
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    @SafeVarargs
    private <T> T pick(T... choices) {
        return choices[random.nextInt(choices.length)];
    }
}
