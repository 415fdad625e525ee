package dev.chaperone.policy;

import dev.chaperone.api.ServerDescription.Tool;
import dev.chaperone.config.ToolPattern;
import dev.chaperone.policy.cel.NearestName;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The names that tool patterns can mean. */
record KnownTools(List<DeclaredServer> servers) {
    KnownTools in(String namespace) {
        return new KnownTools(
                servers.stream()
                        .filter(server -> server.namespace() == null || server.namespace().equals(namespace))
                        .toList());
    }

    /** Whether a pattern is surely a mistake; without any server nothing can be told. */
    boolean rulesOut(ToolPattern pattern) {
        return !servers.isEmpty() && servers.stream().noneMatch(server -> matches(pattern, server));
    }

    String mend(String pattern) {
        return NearestName.mend(pattern, servers.stream().flatMap(KnownTools::names).distinct().toList(), "tools");
    }

    /** Whether the server half of a pattern matches. */
    static boolean reaches(ToolPattern pattern, String server) {
        return new ToolPattern(pattern.server(), "*").matches(server, "any");
    }

    private static boolean matches(ToolPattern pattern, DeclaredServer server) {
        String name = server.name();
        List<Tool> tools = tools(server);
        return tools == null
                ? reaches(pattern, name)
                : tools.stream().map(Tool::name).filter(Objects::nonNull).anyMatch(
                        tool -> pattern.matches(name, tool));
    }

    private static Stream<String> names(DeclaredServer server) {
        String name = server.name();
        List<Tool> tools = tools(server);
        return tools == null ? Stream.of(name + "/*") : tools.stream().map(tool -> name + "/" + tool.name());
    }

    private static @Nullable List<Tool> tools(DeclaredServer server) {
        return server.spec() == null ? null : server.spec().tools();
    }
}
