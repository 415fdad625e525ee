package dev.chaperone.policy;

import dev.chaperone.api.ToolServer;
import dev.chaperone.config.ServerConfig;
import dev.chaperone.config.ToolPattern;
import dev.chaperone.policy.schema.ArgumentTypes;
import dev.chaperone.policy.schema.ValueType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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

    static String namespace(ToolServer server) {
        return Objects.requireNonNullElse(server.getMetadata().getNamespace(), "default");
    }

    /** The catalogs of all namespaces that have tool servers. */
    static SortedMap<String, ServerCatalog> byNamespace(Collection<Sourced<ToolServer>> servers) {
        SortedMap<String, ServerCatalog> catalogs = new TreeMap<>();
        servers.stream()
                .collect(Collectors.groupingBy(server -> namespace(server.resource())))
                .forEach((namespace, own) -> catalogs.put(namespace, read(own)));
        return catalogs;
    }

    private static ServerCatalog read(List<Sourced<ToolServer>> servers) {
        Map<String, List<Sourced<ToolServer>>> byName = servers.stream()
                .collect(Collectors.groupingBy(
                        server -> server.resource().getMetadata().getName(), TreeMap::new, Collectors.toList()));
        List<KnownServer> known = new ArrayList<>();
        List<Issue> issues = new ArrayList<>();
        byName.forEach((name, sameName) -> {
            List<KnownServer> read = new ArrayList<>();
            for (Sourced<ToolServer> server : sameName) {
                IssueSink sink = new IssueSink(resource(server.resource()), server.source());
                read.add(new ServerReader(server.resource(), sink).read());
                issues.addAll(sink.issues());
            }
            if (sameName.size() > 1) {
                issues.add(Duplicates.issue(
                        resource(sameName.getFirst().resource()), sameName.stream().map(Sourced::source).toList(),
                        "remove one of them; until then the server does not exist"));
            }
            known.add(sameName.size() == 1 ? read.getFirst() : KnownServer.unusable(name));
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

    private static String resource(ToolServer server) {
        return "ToolServer " + namespace(server) + "/" + server.getMetadata().getName();
    }
}
