package dev.chaperone.controller.view;

import dev.chaperone.controller.view.ServerAddress.OfService;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** The Services of the namespaces that tool servers' URLs name, while some oversight policy requires egress. */
final class NamedServices implements AutoCloseable {
    private final KubernetesClient client;
    private final Runnable changed;
    private final Map<String, Watched<Service, ServiceFacts>> byNamespace = new ConcurrentHashMap<>();

    NamedServices(KubernetesClient client, Runnable changed) {
        this.client = client;
        this.changed = changed;
    }

    /** Begins to read namespaces that are newly named, and ends it where they are no longer. */
    void follow(
            Collection<OversightFacts> oversight, Collection<ServerFacts> servers, Set<String> governed,
            Set<String> namespaces) {
        boolean asked = oversight.stream().anyMatch(policy -> policy.spec() != null && policy.spec().egress() != null);
        Set<String> named = asked ? named(servers, governed, namespaces) : Set.of();
        byNamespace.entrySet().removeIf(entry -> {
            if (named.contains(entry.getKey())) {
                return false;
            }
            entry.getValue().close();
            return true;
        });
        named.forEach(name -> byNamespace.computeIfAbsent(name, _ -> Watched.start(
                client.services().inNamespace(name), Service::new, Facts::of, changed)));
    }

    private static Set<String> named(
            Collection<ServerFacts> servers, Set<String> governed, Set<String> namespaces) {
        Set<String> named = new HashSet<>();
        for (ServerFacts server : servers) {
            if (server.spec() == null) {
                continue;
            }
            for (String agents : server.namespace() == null ? governed : Set.of(server.namespace())) {
                // One that does not exist has nothing to read, and begins to be named when it is created.
                if (ServerAddress.of(server.spec().url(), agents, namespaces) instanceof OfService service
                        && namespaces.contains(service.namespace())) {
                    named.add(service.namespace());
                }
            }
        }
        return named;
    }

    List<ServiceFacts> facts() {
        return byNamespace.values().stream().flatMap(services -> services.facts().stream()).toList();
    }

    /** The namespaces that are not read yet. */
    Set<String> loading() {
        return byNamespace.entrySet().stream().filter(entry -> !entry.getValue().synced()).map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    @Override
    public void close() {
        byNamespace.values().forEach(Watched::close);
    }
}
