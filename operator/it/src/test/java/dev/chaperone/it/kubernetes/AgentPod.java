package dev.chaperone.it.kubernetes;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** A pod as admission leaves it, to be tampered with. */
final class AgentPod {
    private final ObjectNode tree = Manifests.read("agent-pod.yaml");
    private final ArrayNode inits = spec().putArray("initContainers");

    /** Without a guardrail. */
    static AgentPod bare() {
        return new AgentPod();
    }

    static AgentPod guarded() {
        AgentPod pod = new AgentPod();
        pod.inits.add(GuardrailShapes.current());
        GuardrailShapes.volumes().forEach(pod.volumes()::add);
        return pod;
    }

    /** Guarded, and its egress locked: what it brings itself is as a locked pod needs it. */
    static AgentPod locked() {
        AgentPod pod = guarded().with("spec: {securityContext: {runAsUser: 1000}}").agent("""
                securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}""");
        pod.inits.add(GuardrailShapes.lock());
        return pod;
    }

    ObjectNode tree() {
        return tree;
    }

    ObjectNode spec() {
        return (ObjectNode) tree.get("spec");
    }

    ArrayNode inits() {
        return inits;
    }

    ArrayNode containers() {
        return (ArrayNode) spec().get("containers");
    }

    ArrayNode volumes() {
        return (ArrayNode) spec().get("volumes");
    }

    AgentPod named(String name) {
        return with("metadata: {name: " + name + "}");
    }

    /** Merges into the pod. */
    AgentPod with(String yaml) {
        Manifests.merge(tree, Manifests.parse(yaml));
        return this;
    }

    /** Merges into the agent's container. */
    AgentPod agent(String yaml) {
        Manifests.merge((ObjectNode) containers().get(0), Manifests.parse(yaml));
        return this;
    }

    /** Merges into the guardrail's container. */
    AgentPod guardrail(String yaml) {
        Manifests.merge((ObjectNode) inits.get(0), Manifests.parse(yaml));
        return this;
    }

    /** Merges into the egress lock. */
    AgentPod lock(String yaml) {
        Manifests.merge((ObjectNode) inits.get(1), Manifests.parse(yaml));
        return this;
    }

    AgentPod lock(ObjectNode other) {
        inits.set(1, other);
        return this;
    }

    AgentPod guardrail(ObjectNode other) {
        inits.set(0, other);
        return this;
    }

    /** Merges into the volume of the name, or adds it. */
    AgentPod volume(String yaml) {
        ObjectNode volume = Manifests.parse(yaml);
        for (var known : volumes()) {
            if (known.get("name").equals(volume.get("name"))) {
                Manifests.merge((ObjectNode) known, volume);
                return this;
            }
        }
        volumes().add(volume);
        return this;
    }

    AgentPod without(String volume) {
        for (int i = 0; i < volumes().size(); i++) {
            if (volumes().get(i).get("name").asText().equals(volume)) {
                volumes().remove(i);
            }
        }
        return this;
    }

    /** Another init container that is fine but for what the YAML says, at the place. */
    AgentPod init(int place, String yaml) {
        ObjectNode init = Manifests
                .parse("{name: setup, image: setup, securityContext: {capabilities: {drop: [ALL]}}}");
        Manifests.merge(init, Manifests.parse(yaml));
        inits.insert(place, init);
        return this;
    }
}
