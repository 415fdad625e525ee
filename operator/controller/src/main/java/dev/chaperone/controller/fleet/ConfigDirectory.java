package dev.chaperone.controller.fleet;

import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What each pod should run, on every replica of the operator, whoever leads. Answers from memory; safe for use by many
 * threads.
 */
public interface ConfigDirectory {
    /** Whether the cluster has been read once; until then nothing else here means anything. */
    boolean ready();

    /** The pod of this UID, when it is there and in a governed namespace. */
    Optional<PodFacts> pod(String uid);

    /** What the pod of this UID should run; empty when the pod is unknown, or not governed. */
    Optional<AssignedConfig> forPod(String uid);

    /**
     * Tells of agents whose config, credentials or pods changed, just after {@link #forPod} says so. The listener is
     * called on one thread and must not block.
     */
    Registration onChange(Consumer<Set<AgentId>> listener);

    /**
     * @param agent the agent that the pod is
     * @param revision the revision of the config
     * @param bundle the bytes of the config's bundle, the same array each time: do not change it
     * @param credentialsDigest digest of the canonical JSON of the credentials
     * @param credentials the token of each tool server that has one, by the server's name
     */
    record AssignedConfig(
            AgentId agent,
            String revision,
            Supplier<byte[]> bundle,
            String credentialsDigest,
            Supplier<SortedMap<String, String>> credentials) {}

    /**
     * @param uid the pod's UID
     * @param serviceAccount whom its tokens speak for
     * @param agent the agent that it is
     * @param node where it runs; null while it is not placed
     */
    record PodFacts(String namespace, String name, String uid, String serviceAccount, AgentId agent,
            @Nullable String node) {}
}
