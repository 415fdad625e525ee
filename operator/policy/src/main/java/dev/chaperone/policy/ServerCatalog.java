package dev.chaperone.policy;

import dev.chaperone.config.ServerConfig;
import dev.chaperone.config.ToolPattern;
import dev.chaperone.policy.schema.ArgumentTypes;
import dev.chaperone.policy.schema.ValueType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The tool servers of one namespace.
 *
 * @param servers every server that was named, usable or not
 * @param issues what is wrong with them
 */
record ServerCatalog(List<KnownServer> servers, List<Issue> issues) {
    /**
     * @param config what the guardrail is told; null when the server cannot be used
     * @param tools the types of the arguments of its tools; null when nothing is known of them
     */
    record KnownServer(String name, @Nullable ServerConfig config, @Nullable SortedMap<String, ValueType> tools) {
        static KnownServer unusable(String name) {
            return new KnownServer(name, null, null);
        }
    }

    static final ServerCatalog EMPTY = new ServerCatalog(List.of(), List.of());

    /**
     * What the agents of a namespace may reach.
     *
     * @param own the servers of the namespace
     * @param shared all that are shared, with this namespace or others
     * @param labels the labels of the namespace
     */
    static ServerCatalog of(List<DeclaredServer> own, List<DeclaredServer> shared, Map<String, String> labels) {
        Set<String> taken = shared.stream().map(DeclaredServer::name).collect(Collectors.toSet());
        List<DeclaredServer> reachable = new ArrayList<>(own);
        shared.stream().filter(server -> Selectors.sharedWith(server, labels)).forEach(reachable::add);
        return read(reachable, taken);
    }

    /** Servers that may all be reached, as far as they are sound. */
    static ServerCatalog read(List<DeclaredServer> servers) {
        return read(servers, Set.of());
    }

    private static ServerCatalog read(List<DeclaredServer> servers, Set<String> taken) {
        Map<String, List<DeclaredServer>> byName = servers.stream()
                .collect(Collectors.groupingBy(DeclaredServer::name, TreeMap::new, Collectors.toList()));
        List<KnownServer> known = new ArrayList<>();
        List<Issue> issues = new ArrayList<>();
        byName.forEach((name, sameName) -> {
            List<KnownServer> sound = new ArrayList<>();
            Map<String, List<Source>> written = new TreeMap<>();
            for (DeclaredServer server : sameName) {
                IssueSink sink = new IssueSink(server.resource(), server.source());
                KnownServer read = new ServerReader(server, sink).read();
                if (server.namespace() != null && taken.contains(name)) {
                    sink.error(
                            "metadata.name",
                            "ClusterToolServer " + name + " has that name, which no namespace can take",
                            "give it another name; until then it does not exist");
                } else {
                    sound.add(read);
                }
                issues.addAll(sink.issues());
                written.computeIfAbsent(server.resource(), _ -> new ArrayList<>()).add(server.source());
            }
            written.forEach((resource, sources) -> {
                if (sources.size() > 1) {
                    issues.add(Duplicates.issue(
                            resource, sources, "remove one of them; until then the server does not exist"));
                }
            });
            known.add(sound.size() == 1 ? sound.getFirst() : KnownServer.unusable(name));
        });
        return new ServerCatalog(known, issues);
    }

    List<ServerConfig> configs() {
        return servers.stream().map(KnownServer::config).filter(Objects::nonNull).toList();
    }

    /** The type of {@code args} in a rule with these patterns. */
    ValueType arguments(Collection<ToolPattern> patterns) {
        List<ValueType> types = new ArrayList<>();
        for (KnownServer server : servers) {
            for (ToolPattern pattern : patterns) {
                if (server.tools() != null) {
                    server.tools().forEach((tool, type) -> {
                        if (pattern.matches(server.name(), tool)) {
                            types.add(type);
                        }
                    });
                } else if (KnownTools.reaches(pattern, server.name())) {
                    types.add(ValueType.Scalar.DYN);
                }
            }
        }
        return types.stream().reduce(ArgumentTypes::union).orElse(ValueType.Scalar.DYN);
    }
}
