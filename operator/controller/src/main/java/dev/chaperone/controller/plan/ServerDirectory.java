package dev.chaperone.controller.plan;

import dev.chaperone.api.ServerDescription;
import dev.chaperone.controller.fleet.AgentId;
import dev.chaperone.controller.plan.CredentialOffers.Offer;
import dev.chaperone.controller.view.ServerFacts;
import dev.chaperone.policy.Issue;
import dev.chaperone.policy.Pins;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The tool servers of one plan: whom a name means, and what is to be said of each. */
final class ServerDirectory {
    private final SortedMap<ServerId, ServerFacts> servers = new TreeMap<>();
    private final Map<String, List<Issue>> issues;
    private final CredentialOffers offers;

    ServerDirectory(Collection<ServerFacts> servers, List<Issue> issues, CredentialOffers offers) {
        servers.forEach(server -> this.servers.put(new ServerId(server.namespace(), server.name()), server));
        this.issues = issues.stream().collect(Collectors.groupingBy(Issue::resource));
        this.offers = offers;
    }

    /** The credential of a server for the agents of a namespace; null when it needs none. */
    @Nullable
    Offer offer(String namespace, String name) {
        ServerFacts server = servers.get(meant(namespace, name));
        return server == null ? null : offer(server, namespace);
    }

    /** What is wrong among servers that the agents of a namespace reach by these names, and those beside them. */
    List<String> unsound(String namespace, List<String> names) {
        return names.stream()
                .map(name -> meant(namespace, name))
                .filter(id -> hasErrors(id.resource()))
                .map(ServerId::resource)
                .toList();
    }

    SortedMap<ServerId, ServerPlan> plans(Collection<AgentPlan> agents) {
        Map<ServerId, SortedSet<AgentId>> reached = new HashMap<>();
        agents.forEach(agent -> agent.servers().forEach(name -> reached
                .computeIfAbsent(meant(agent.id().namespace(), name), _ -> new TreeSet<>())
                .add(agent.id())));
        SortedMap<ServerId, ServerPlan> plans = new TreeMap<>();
        servers.forEach((id, server) -> {
            SortedSet<AgentId> by = reached.getOrDefault(id, new TreeSet<>());
            plans.put(
                    id, new ServerPlan(
                            id, server.uid(), server.generation(), issues.getOrDefault(id.resource(), List.of()),
                            isTaken(id), notOffered(server, by), by, Pins.of(server.spec())));
        });
        return plans;
    }

    /** No namespace can take the name of a shared server. */
    private ServerId meant(String namespace, String name) {
        ServerId shared = new ServerId(null, name);
        return servers.containsKey(shared) ? shared : new ServerId(namespace, name);
    }

    private boolean isTaken(ServerId id) {
        return id.namespace() != null && servers.containsKey(new ServerId(null, id.name()));
    }

    private boolean hasErrors(String resource) {
        return issues.getOrDefault(resource, List.of()).stream().anyMatch(Issue::isError);
    }

    /** A shared server's Secret must be offered to every namespace of which agents reach it. */
    private List<String> notOffered(ServerFacts server, SortedSet<AgentId> agents) {
        Stream<String> namespaces = server.namespace() != null
                ? Stream.of(server.namespace())
                : agents.stream().map(AgentId::namespace).distinct();
        return namespaces.map(namespace -> offer(server, namespace))
                .map(offer -> offer instanceof Offer.Refused refused ? refused.reason() : "")
                .filter(reason -> !reason.isEmpty())
                .distinct()
                .sorted()
                .toList();
    }

    private @Nullable Offer offer(ServerFacts server, String namespace) {
        ServerDescription spec = server.spec();
        return spec == null || spec.credentials() == null || spec.credentials().secretRef() == null
                ? null
                : offers.offer(spec.credentials().secretRef(), namespace, spec.url());
    }
}
