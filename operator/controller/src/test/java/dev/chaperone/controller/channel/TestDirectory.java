package dev.chaperone.controller.channel;

import dev.chaperone.config.Digests;
import dev.chaperone.config.channel.CredentialSet;
import dev.chaperone.controller.fleet.AgentId;
import dev.chaperone.controller.fleet.ConfigDirectory;
import dev.chaperone.controller.fleet.Registration;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Pods and configs that a test puts in. */
final class TestDirectory implements ConfigDirectory {
    private final Map<String, PodFacts> pods = new ConcurrentHashMap<>();
    private final Map<AgentId, AssignedConfig> configs = new ConcurrentHashMap<>();
    private final List<Consumer<Set<AgentId>>> listeners = new CopyOnWriteArrayList<>();
    private volatile boolean ready = true;

    static String revision(String content) {
        return Digests.of(content.getBytes(StandardCharsets.UTF_8));
    }

    void ready(boolean now) {
        ready = now;
    }

    void put(PodFacts pod) {
        pods.put(pod.uid(), pod);
        told(pod.agent());
    }

    void remove(PodFacts pod) {
        pods.remove(pod.uid());
        told(pod.agent());
    }

    void assign(AgentId agent, String content) {
        assign(agent, content, Map.of());
    }

    void assign(AgentId agent, String content, Map<String, String> tokens) {
        assignSilently(agent, content, tokens);
        told(agent);
    }

    void assignSilently(AgentId agent, String content, Map<String, String> tokens) {
        byte[] bundle = content.getBytes(StandardCharsets.UTF_8);
        SortedMap<String, String> sorted = new TreeMap<>(tokens);
        configs.put(agent, new AssignedConfig(agent, revision(content), () -> bundle,
                new CredentialSet(sorted).digest(), () -> sorted));
    }

    void tell(Set<AgentId> agents) {
        listeners.forEach(listener -> listener.accept(agents));
    }

    private void told(AgentId agent) {
        tell(Set.of(agent));
    }

    @Override
    public boolean ready() {
        return ready;
    }

    @Override
    public Optional<PodFacts> pod(String uid) {
        return Optional.ofNullable(pods.get(uid));
    }

    @Override
    public Optional<AssignedConfig> forPod(String uid) {
        return pod(uid).map(pod -> configs.get(pod.agent()));
    }

    @Override
    public Registration onChange(Consumer<Set<AgentId>> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }
}
