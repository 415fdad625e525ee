package dev.chaperone.operator;

import dev.chaperone.api.Agent;
import dev.chaperone.controller.evidence.BrokenTrails;
import dev.chaperone.controller.evidence.Finding;
import dev.chaperone.controller.fleet.ConfigDirectory.PodFacts;
import dev.chaperone.controller.reconciler.Events;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells of broken audit trails in events of the agent. What is more than can be told is in the log and the metrics. */
final class TrailEvents implements BrokenTrails, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TrailEvents.class);
    private static final String REASON = "AuditTrailBroken";
    private static final int WAITING = 100;

    private final KubernetesClient client;
    private final Events events;
    private final ThreadPoolExecutor executor = new ThreadPoolExecutor(
            0, 1, 1, TimeUnit.MINUTES, new ArrayBlockingQueue<>(WAITING),
            Thread.ofPlatform().name("trail-events").daemon().factory(), new ThreadPoolExecutor.DiscardPolicy());

    TrailEvents(KubernetesClient client, Events events) {
        this.client = client;
        this.events = events;
    }

    @Override
    public void broken(PodFacts pod, Finding finding) {
        executor.execute(() -> tell(pod, finding));
    }

    private void tell(PodFacts pod, Finding finding) {
        try {
            Agent agent = client.resources(Agent.class).inNamespace(pod.agent().namespace())
                    .withName(pod.agent().name()).get();
            if (agent != null) {
                events.warn(agent, REASON, "the audit trail of pod " + pod.name() + " does not follow itself: boot "
                        + finding.boot() + ", line " + finding.sequence() + ", " + finding.kind());
            }
        } catch (KubernetesClientException e) {
            LOG.atWarn().addKeyValue("error", e.toString()).log("A broken trail could not be told of");
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
