package dev.chaperone.policy;

import dev.chaperone.api.ClusterToolServer;
import dev.chaperone.api.ToolServer;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.Stream;

/**
 * All tool servers there are. The agents of a namespace reach its own and those that are shared with it. A namespace
 * cannot take the name of a shared one, whether that is shared with it or not: the name would mean something else to
 * rules that are written for the whole cluster. Immutable, and safe for use by many threads.
 */
public final class ToolServers {
    /** No tool servers. */
    public static final ToolServers NONE = of(List.of());

    private final SortedMap<String, List<DeclaredServer>> own = new TreeMap<>();
    private final List<DeclaredServer> shared;
    private final Map<String, Map<String, String>> namespaceLabels;
    private final KnownTools known;
    private final ConcurrentMap<AgentContext, ServerCatalog> catalogs = new ConcurrentHashMap<>();

    private ToolServers(List<DeclaredServer> all, Map<String, Map<String, String>> namespaceLabels) {
        this.shared = all.stream().filter(server -> server.namespace() == null).toList();
        this.namespaceLabels = Map.copyOf(namespaceLabels);
        for (DeclaredServer server : all) {
            if (server.namespace() != null) {
                own.computeIfAbsent(server.namespace(), _ -> new ArrayList<>()).add(server);
            }
        }
        this.known = new KnownTools(all);
    }

    /** Servers that belong to namespaces, and none that are shared. */
    public static ToolServers of(Collection<Sourced<ToolServer>> own) {
        return of(own, List.of(), Map.of());
    }

    /**
     * @param own servers that belong to namespaces
     * @param shared servers that namespaces share
     * @param namespaceLabels the labels of the namespaces that there are, by name; an agent brings those of its own
     */
    public static ToolServers of(
            Collection<Sourced<ToolServer>> own,
            Collection<Sourced<ClusterToolServer>> shared,
            Map<String, Map<String, String>> namespaceLabels) {
        return new ToolServers(
                Stream.concat(
                        own.stream().map(DeclaredServer::of),
                        shared.stream().map(DeclaredServer::ofShared)).toList(),
                namespaceLabels);
    }

    /** These and another, which takes the place of the one that has its name. */
    public ToolServers with(HasMetadata server) {
        return replacing(declared(server), true);
    }

    /** These but for the one of a name. */
    public ToolServers without(HasMetadata server) {
        return replacing(declared(server), false);
    }

    private ToolServers replacing(DeclaredServer server, boolean present) {
        Stream<DeclaredServer> others = known.servers().stream()
                .filter(other -> !other.resource().equals(server.resource()));
        ToolServers changed = new ToolServers(
                Stream.concat(others, present ? Stream.of(server) : Stream.empty()).toList(), namespaceLabels);
        if (server.namespace() != null) {
            // What was read for other namespaces holds still.
            catalogs.forEach((context, catalog) -> {
                if (!context.namespace().equals(server.namespace())) {
                    changed.catalogs.put(context, catalog);
                }
            });
        }
        return changed;
    }

    private static DeclaredServer declared(HasMetadata server) {
        return switch (server) {
            case ToolServer one -> DeclaredServer.of(Sourced.of(one));
            case ClusterToolServer shared -> DeclaredServer.ofShared(Sourced.of(shared));
            default -> throw new IllegalArgumentException(server.getKind() + " is no tool server");
        };
    }

    /** What an agent may reach. */
    ServerCatalog reachedBy(AgentContext agent) {
        return in(agent.namespace(), agent.namespaceLabels());
    }

    /** What the agents of each namespace may reach, by namespace; those that reach nothing are left out. */
    SortedMap<String, ServerCatalog> byNamespace() {
        Set<String> namespaces = new TreeSet<>(own.keySet());
        namespaces.addAll(namespaceLabels.keySet());
        SortedMap<String, ServerCatalog> all = new TreeMap<>();
        for (String namespace : namespaces) {
            ServerCatalog catalog = in(namespace, namespaceLabels.getOrDefault(namespace, Map.of()));
            if (!catalog.servers().isEmpty()) {
                all.put(namespace, catalog);
            }
        }
        return all;
    }

    /** All that is wrong with servers, each thing once. */
    Set<Issue> issues() {
        Set<Issue> issues = new LinkedHashSet<>();
        byNamespace().values().forEach(catalog -> issues.addAll(catalog.issues()));
        // One that is shared with nobody yet can be wrong all the same.
        issues.addAll(ServerCatalog.read(shared).issues());
        return issues;
    }

    KnownTools known() {
        return known;
    }

    private ServerCatalog in(String namespace, Map<String, String> labels) {
        // The agent's own name and labels do not matter here.
        return catalogs.computeIfAbsent(
                new AgentContext(namespace, "", Map.of(), labels),
                context -> ServerCatalog.of(own.getOrDefault(namespace, List.of()), shared, context.namespaceLabels()));
    }
}
