package dev.chaperone.policy;

import io.fabric8.kubernetes.api.model.LabelSelector;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The agent that a config is for, as selectors see it.
 *
 * @param namespace its namespace
 * @param name its name
 * @param labels its labels, those of the workload's pod template
 * @param namespaceLabels the labels of its namespace; {@code kubernetes.io/metadata.name} is added, whatever it said
 */
public record AgentContext(
        String namespace, String name, Map<String, String> labels, Map<String, String> namespaceLabels) {
    /** The label that every namespace has by itself. */
    public static final String NAMESPACE_NAME = "kubernetes.io/metadata.name";

    public AgentContext {
        labels = Map.copyOf(labels);
        Map<String, String> all = new TreeMap<>(namespaceLabels);
        all.put(NAMESPACE_NAME, namespace);
        namespaceLabels = Map.copyOf(all);
    }

    /** Whether selectors of namespaces and of agents, by the rules of Kubernetes, both select the agent. */
    public boolean isSelectedBy(@Nullable LabelSelector ofNamespaces, @Nullable LabelSelector ofAgents) {
        return Selectors.matches(ofNamespaces, namespaceLabels) && Selectors.matches(ofAgents, labels);
    }
}
