package dev.chaperone.controller.view;

import dev.chaperone.api.OversightPolicy;
import dev.chaperone.api.ClusterOversightPolicy;
import dev.chaperone.api.Agent;
import dev.chaperone.api.ClusterToolPolicy;
import dev.chaperone.api.ClusterToolServer;
import dev.chaperone.api.Governance;
import dev.chaperone.api.ToolPolicy;
import dev.chaperone.api.ToolServer;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the cluster on every replica, whoever leads. Gives a snapshot after each change; a burst of changes is one.
 * Pods, workloads and NetworkPolicies are read of governed namespaces alone, by watches of their own.
 */
public final class ClusterView implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterView.class);
    private static final Duration QUIET = Duration.ofMillis(20);
    private static final Duration AT_MOST = Duration.ofMillis(100);
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final KubernetesClient client;
    private final Consumer<Snapshot> listener;
    // What signals after the end is not worth a word.
    private final ScheduledExecutorService executor = new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().name("chaperone-view").daemon().factory(), new ThreadPoolExecutor.DiscardPolicy());
    private final Coalescer changes;
    private final Watched<Namespace, NamespaceFacts> namespaces;
    private final List<Watched<?, PolicyFacts>> policies;
    private final List<Watched<?, ServerFacts>> servers;
    private final List<Watched<?, OversightFacts>> oversight;
    private final Watched<Agent, AgentFacts> agents;
    private final Watched<ControllerRevision, Optional<AcceptedSpec>> accepted;
    private final Watched<Secret, CredentialFacts> credentials;
    // Touched by the one thread of the executor, and by close.
    private final NamedServices services;
    private final Map<String, GovernedNamespace> governed = new ConcurrentHashMap<>();
    // Informers signal while others are still being made.
    private volatile boolean made;

    /**
     * @param operatorNamespace where accepted specs and credentials are kept
     * @param listener is given snapshots on one thread, the first one when everything has been read once
     */
    public ClusterView(KubernetesClient client, String operatorNamespace, Consumer<Snapshot> listener) {
        this.client = client;
        this.listener = listener;
        this.changes = new Coalescer(executor, QUIET, AT_MOST, this::look);
        Runnable changed = changes::signal;
        this.namespaces = Watched.start(client.namespaces(), Namespace::new, Facts::of, changed);
        this.policies = List.of(
                Watched.start(
                        client.resources(ToolPolicy.class).inAnyNamespace(), ToolPolicy::new, Facts::of, changed),
                Watched.start(
                        client.resources(ClusterToolPolicy.class), ClusterToolPolicy::new, Facts::of, changed));
        this.servers = List.of(
                Watched.start(
                        client.resources(ToolServer.class).inAnyNamespace(), ToolServer::new, Facts::of, changed),
                Watched.start(
                        client.resources(ClusterToolServer.class), ClusterToolServer::new, Facts::of, changed));
        this.oversight = List.of(
                Watched.start(
                        client.resources(OversightPolicy.class).inAnyNamespace(), OversightPolicy::new, Facts::of,
                        changed),
                Watched.start(
                        client.resources(ClusterOversightPolicy.class), ClusterOversightPolicy::new, Facts::of,
                        changed));
        this.agents = Watched.start(
                client.resources(Agent.class).inAnyNamespace(), Agent::new, Facts::of, changed);
        this.accepted = Watched.start(
                client.apps().controllerRevisions().inNamespace(operatorNamespace).withLabel(AcceptedSpecs.LABEL),
                ControllerRevision::new, revision -> Optional.ofNullable(AcceptedSpecs.read(revision)), changed);
        this.credentials = Watched.start(
                client.secrets().inNamespace(operatorNamespace).withLabel(Governance.CREDENTIAL_LABEL, "true"),
                Secret::new, Facts::of, changed);
        this.services = new NamedServices(client, changed);
        this.made = true;
        changes.signal();
    }

    private boolean clusterSynced() {
        return ofTheCluster().allMatch(Watched::synced);
    }

    private Stream<Watched<?, ?>> ofTheCluster() {
        return Stream.of(List.of(namespaces, accepted, credentials, agents), policies, servers, oversight)
                .flatMap(List::stream);
    }

    private void look() {
        try {
            if (!made || !clusterSynced()) {
                return;
            }
            follow();
            listener.accept(snapshot());
        } catch (RuntimeException e) {
            // What was in force stays.
            LOG.atError().setCause(e).log("Cannot make a plan of the cluster; trying again");
            executor.schedule(changes::signal, RETRY.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /** Begins to read namespaces that are newly governed, and ends it where they are no longer. */
    private void follow() {
        Set<String> names = namespaces.facts().stream()
                .filter(NamespaceFacts::mayHaveGuardrails)
                .map(NamespaceFacts::name)
                .collect(Collectors.toSet());
        governed.entrySet().removeIf(entry -> {
            if (names.contains(entry.getKey())) {
                return false;
            }
            entry.getValue().close();
            return true;
        });
        names.forEach(name -> governed
                .computeIfAbsent(name, _ -> new GovernedNamespace(client, name, changes::signal)));
        services.follow(all(oversight), all(servers), names,
                namespaces.facts().stream().map(NamespaceFacts::name).collect(Collectors.toSet()));
    }

    private static <F> List<F> all(List<Watched<?, F>> kinds) {
        return kinds.stream().flatMap(kind -> kind.facts().stream()).toList();
    }

    private Snapshot snapshot() {
        Set<String> unread = services.loading();
        return new Snapshot(
                List.copyOf(namespaces.facts()),
                governed.entrySet().stream()
                        .filter(entry -> !entry.getValue().synced())
                        .map(Map.Entry::getKey)
                        .collect(Collectors.toSet()),
                governed.values().stream().flatMap(namespace -> namespace.pods().stream()).toList(),
                governed.values().stream().flatMap(GovernedNamespace::workloads).toList(),
                all(policies), all(servers),
                accepted.facts().stream().map(spec -> spec.orElse(null)).filter(Objects::nonNull).toList(),
                List.copyOf(credentials.facts()),
                all(oversight), List.copyOf(agents.facts()),
                new EgressFacts(services.facts(), unread,
                        governed.values().stream()
                                .flatMap(namespace -> namespace.networkPolicies().stream()).toList()));
    }

    @Override
    public void close() {
        executor.shutdownNow();
        ofTheCluster().forEach(Watched::close);
        governed.values().forEach(GovernedNamespace::close);
        services.close();
    }
}
