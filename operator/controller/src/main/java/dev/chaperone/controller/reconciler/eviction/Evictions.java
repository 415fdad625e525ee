package dev.chaperone.controller.reconciler.eviction;

import dev.chaperone.api.Agent;
import dev.chaperone.api.Api;
import dev.chaperone.api.ServerSideApply;
import dev.chaperone.controller.fleet.AgentId;
import dev.chaperone.controller.plan.AgentPlan;
import dev.chaperone.controller.planned.PlannedFleet;
import dev.chaperone.controller.reconciler.Events;
import dev.chaperone.controller.reconciler.Leadership;
import dev.chaperone.controller.view.PodFacts;
import io.fabric8.kubernetes.api.model.DeleteOptionsBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.policy.v1.Eviction;
import io.fabric8.kubernetes.api.model.policy.v1.EvictionBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.RequestConfigBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import java.net.HttpURLConnection;
import java.time.Clock;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Evicts pods through the Eviction API, so that disruption budgets hold. What was evicted stands in an annotation of the
 * agent, under a field manager of its own: a status is written as a whole from what its writer has read, and an old copy
 * of it would forget an eviction. It is written before the eviction, so that nothing that ends this process in between
 * begins a loop.
 */
public final class Evictions {
    /** Annotation of agents: the evictions of its pods, as JSON. Written by the operator alone. */
    public static final String ANNOTATION = Api.GROUP + "/evictions";

    /** Of an event on an agent: one of its pods was evicted. */
    static final String POD_EVICTED = "PodEvicted";

    /** What became of it. */
    public enum Outcome {
        /** There was nothing to do now. */
        NOTHING,
        /** A pod was evicted. */
        EVICTED,
        /** A pod is to be evicted, and a disruption budget or the API server refused for now. */
        REFUSED
    }

    private static final Logger LOG = LoggerFactory.getLogger(Evictions.class);
    private static final PatchContext AS_EVICTIONS = ServerSideApply.as(Api.FIELD_MANAGER + "-evictions");
    private static final int TOO_MANY_REQUESTS = 429;

    private final KubernetesClient client;
    private final KubernetesClient impatient;
    private final PlannedFleet fleet;
    private final Leadership leadership;
    private final Events events;
    private final Clock clock;
    // What this process wrote: what it reads may be older.
    private final Map<AgentId, EvictionHistory> written = new ConcurrentHashMap<>();

    /** @param leadership of this replica: only the leader evicts */
    public Evictions(
            KubernetesClient client, PlannedFleet fleet, Leadership leadership, Events events, Clock clock) {
        this.client = client;
        // A budget's refusal is an answer, and not a request to wait for another one.
        this.impatient = client.newClient(
                new RequestConfigBuilder(client.getConfiguration().getRequestConfig())
                        .withRequestRetryBackoffLimit(0).build())
                .adapt(KubernetesClient.class);
        this.fleet = fleet;
        this.leadership = leadership;
        this.events = events;
        this.clock = clock;
    }

    /**
     * Evicts at most one pod of the agent. Called again and again for as long as pods are at fault, by one thread at a
     * time for each agent; answers from memory when there is nothing to do.
     *
     * @param pods UIDs of the pods that are to go
     * @param reason names what is wrong, the same for the same fault; pods that took the place of evicted ones are not
     *     evicted for it for ten minutes, and twice as long each time
     */
    public Outcome consider(AgentId id, Set<String> pods, String reason) {
        AgentPlan plan = fleet.plan().agents().get(id);
        if (pods.isEmpty() || plan == null || !leadership.leads()) {
            return Outcome.NOTHING;
        }
        EvictionHistory known = written.get(id);
        if (known != null && EvictionDecision.of(reason, pods, plan.pods(), known, clock.instant()) == null) {
            return Outcome.NOTHING;
        }
        try {
            return evict(id, pods, reason, plan);
        } catch (KubernetesClientException e) {
            written.remove(id);
            LOG.atWarn().addKeyValue("agent", id).addKeyValue("error", e.toString()).log("A pod could not be evicted");
            return Outcome.REFUSED;
        }
    }

    private Outcome evict(AgentId id, Set<String> pods, String reason, AgentPlan plan) {
        Agent agent = client.resources(Agent.class).inNamespace(id.namespace()).withName(id.name()).get();
        if (agent == null) {
            written.remove(id);
            return Outcome.NOTHING;
        }
        EvictionHistory history = history(id, agent, reason);
        written.put(id, history);
        EvictionDecision decision = EvictionDecision.of(reason, pods, plan.pods(), history, clock.instant());
        if (decision == null) {
            return Outcome.NOTHING;
        }
        client.resource(remembering(agent, decision.history())).patch(AS_EVICTIONS);
        written.put(id, decision.history());
        if (!leadership.leads()) {
            return Outcome.NOTHING;
        }
        return evict(agent, decision.pod(), reason);
    }

    private EvictionHistory history(AgentId id, Agent agent, String reason) {
        Map<String, String> annotations = agent.getMetadata().getAnnotations();
        String text = annotations == null ? null : annotations.get(ANNOTATION);
        try {
            return EvictionHistory.read(text);
        } catch (IllegalArgumentException e) {
            // As if a pod had just been evicted: what cannot be read must not begin a loop.
            LOG.atWarn().addKeyValue("agent", id).log(String.valueOf(e.getMessage()));
            EvictionHistory known = written.get(id);
            return known != null ? known : EvictionHistory.unreadable(reason, clock.instant());
        }
    }

    private static Agent remembering(Agent agent, EvictionHistory history) {
        Agent patch = new Agent();
        // With the UID, no agent that has taken the name since is written to.
        patch.setMetadata(
                new ObjectMetaBuilder().withNamespace(agent.getMetadata().getNamespace())
                        .withName(agent.getMetadata().getName())
                        .withUid(agent.getMetadata().getUid())
                        .addToAnnotations(ANNOTATION, history.write())
                        .build());
        return patch;
    }

    private Outcome evict(Agent agent, PodFacts pod, String reason) {
        Eviction eviction = new EvictionBuilder()
                .withNewMetadata().withNamespace(pod.namespace()).withName(pod.name()).endMetadata()
                .withDeleteOptions(
                        new DeleteOptionsBuilder().withNewPreconditions().withUid(pod.uid()).endPreconditions()
                                .build())
                .build();
        try {
            boolean evicted = impatient.pods().inNamespace(pod.namespace()).withName(pod.name()).evict(eviction);
            log(pod, reason, evicted ? "Evicted" : "A disruption budget keeps a pod for now");
            if (evicted) {
                events.warn(agent, POD_EVICTED, "pod " + pod.name() + " was evicted: " + reason);
            }
            return evicted ? Outcome.EVICTED : Outcome.REFUSED;
        } catch (KubernetesClientException e) {
            // Another pod has the name.
            if (e.getCode() != HttpURLConnection.HTTP_CONFLICT && e.getCode() != TOO_MANY_REQUESTS) {
                LOG.atWarn().addKeyValue("error", e.toString()).log("A pod could not be evicted");
            }
            return Outcome.REFUSED;
        }
    }

    private static void log(PodFacts pod, String reason, String what) {
        LOG.atInfo().addKeyValue("namespace", pod.namespace()).addKeyValue("pod", pod.name())
                .addKeyValue("reason", reason).log(what);
    }
}
