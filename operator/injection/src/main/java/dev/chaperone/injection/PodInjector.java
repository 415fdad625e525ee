package dev.chaperone.injection;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.chaperone.api.GuardrailPod;
import dev.chaperone.api.Workload;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes a pod a guarded one. Works on the tree as it came, so that fields that this release has never heard of survive,
 * and rebuilds whatever is the guardrail's instead of looking whether something of its name is there.
 */
public final class PodInjector {
    /** Tells {@code kubectl logs} and {@code kubectl exec} which container people mean. */
    static final String DEFAULT_CONTAINER = "kubectl.kubernetes.io/default-container";

    private static final String RAW_SOCKETS = "NET_RAW";

    private final ObjectNode container;
    private final @Nullable ObjectNode lock;
    private final List<ObjectNode> volumes;

    /**
     * @param container the guardrail's
     * @param lock the egress lock; null where none is known, as during an upgrade from a release without
     * @param volumes those that it alone mounts
     */
    public PodInjector(ObjectNode container, @Nullable ObjectNode lock, List<ObjectNode> volumes) {
        this.container = container;
        this.lock = lock;
        this.volumes = List.copyOf(volumes);
    }

    /** Puts in the guardrail of these settings. */
    public PodInjector(GuardrailSettings settings) {
        this(GuardrailContainer.container(settings), EgressLockContainer.container(settings),
                GuardrailContainer.volumes());
    }

    /**
     * The pod with its guardrail; a pod that has it already comes out equal.
     *
     * @param pod as the API server sends it; left as it is
     * @param workload whom the pod belongs to
     * @throws IllegalArgumentException when the tree is no pod
     */
    public ObjectNode inject(JsonNode pod, Workload workload) {
        return inject(pod, workload, null);
    }

    /**
     * The pod with its guardrail and, right behind it, what locks its egress; a pod that has both already comes out equal.
     *
     * @throws IllegalArgumentException when the tree is no pod
     * @throws IllegalStateException when no lock is known
     */
    public ObjectNode injectLocked(JsonNode pod, Workload workload) {
        if (lock == null) {
            throw new IllegalStateException("no egress lock is known yet");
        }
        return inject(pod, workload, lock);
    }

    private ObjectNode inject(JsonNode pod, Workload workload, @Nullable ObjectNode second) {
        if (!(pod.deepCopy() instanceof ObjectNode guarded)) {
            throw new IllegalArgumentException("not a pod: the whole is no object");
        }
        ObjectNode spec = Trees.object(guarded, "spec");
        ArrayNode containers = Trees.array(spec, "containers");
        removeOurs(containers);
        ArrayNode initContainers = Trees.array(spec, "initContainers");
        removeOurs(initContainers);
        containers.forEach(PodInjector::makeNeighbour);
        initContainers.forEach(PodInjector::makeNeighbour);
        initContainers.insert(0, container.deepCopy());
        if (second != null) {
            initContainers.insert(1, second.deepCopy());
        }
        ArrayNode own = Trees.array(spec, "volumes");
        volumes.forEach(volume -> Trees.put(own, volume.deepCopy(), own.size()));
        ObjectNode metadata = Trees.object(guarded, "metadata");
        annotate(Trees.object(metadata, "annotations"), containers, workload);
        label(metadata, AgentLabel.of(pod, workload));
        return guarded;
    }

    private static void label(ObjectNode metadata, @Nullable String agent) {
        if (agent != null) {
            Trees.object(metadata, "labels").put(GuardrailPod.AGENT_LABEL, agent);
        } else if (metadata.get("labels") instanceof ObjectNode labels) {
            labels.remove(GuardrailPod.AGENT_LABEL);
        }
    }

    private static void removeOurs(ArrayNode containers) {
        for (Iterator<JsonNode> each = containers.iterator(); each.hasNext();) {
            JsonNode next = each.next();
            if (Trees.isNamed(next, GuardrailPod.CONTAINER) || Trees.isNamed(next, GuardrailPod.LOCK_CONTAINER)) {
                each.remove();
            }
        }
    }

    private static void makeNeighbour(JsonNode node) {
        if (!(node instanceof ObjectNode other)) {
            throw new IllegalArgumentException("not a pod: a container is no object");
        }
        pointToGuardrail(other);
        takeAwayRawSockets(other);
    }

    // They read what the guardrail sends to tools without TLS, credentials included.
    private static void takeAwayRawSockets(ObjectNode other) {
        ArrayNode drop = Trees.array(Trees.object(Trees.object(other, "securityContext"), "capabilities"), "drop");
        for (JsonNode dropped : drop) {
            if (dropped.asText().equals("ALL") || dropped.asText().equals(RAW_SOCKETS)) {
                return;
            }
        }
        drop.add(RAW_SOCKETS);
    }

    // First among the variables, so that the others may refer to it.
    private static void pointToGuardrail(ObjectNode other) {
        ObjectNode variable = other.objectNode().put("name", GuardrailPod.MCP_URL_VARIABLE)
                .put("value", GuardrailPod.MCP_URL);
        Trees.put(Trees.array(other, "env"), variable, 0);
    }

    private static void annotate(ObjectNode annotations, ArrayNode containers, Workload workload) {
        annotations.put(GuardrailPod.WORKLOAD_ANNOTATION, WorkloadAnnotation.write(workload));
        JsonNode first = containers.path(0).path("name");
        if (!annotations.hasNonNull(DEFAULT_CONTAINER) && first.isTextual()) {
            annotations.set(DEFAULT_CONTAINER, first);
        }
    }
}
