package dev.chaperone.controller.census;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.chaperone.api.GuardrailShapeSpec;
import dev.chaperone.api.Workload;
import dev.chaperone.injection.EgressLockContainer;
import dev.chaperone.injection.GuardrailContainer;
import dev.chaperone.injection.GuardrailDigest;
import dev.chaperone.injection.GuardrailSettings;
import dev.chaperone.injection.GuardrailSettings.PullPolicy;
import dev.chaperone.injection.GuardrailSettings.Resources;
import dev.chaperone.injection.PodInjector;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** Pods as admission makes them, and the guardrails that it makes them with. */
public final class Guarded {
    /** Digest of the image of this release. */
    public static final String IMAGE = "sha256:" + "1".repeat(64);

    public static final GuardrailSettings SETTINGS = settings("1");

    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
    private static final KubernetesSerialization KUBERNETES = new KubernetesSerialization();

    private Guarded() {}

    /** @param release a hexadecimal digit */
    public static GuardrailSettings settings(String release) {
        return new GuardrailSettings(
                "chaperone-guardrail@sha256:" + release.repeat(64), PullPolicy.IF_NOT_PRESENT,
                GuardrailSettings.channelUrl("chaperone-system"),
                "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
                new Resources("10m", "96Mi", null, "192Mi"));
    }

    /** The shape of release 1 after release 2, which came after release 3. */
    public static GuardrailShapeSpec shape() {
        List<JsonNode> volumes = List.copyOf(GuardrailContainer.volumes());
        return new GuardrailShapeSpec(
                List.of(GuardrailContainer.container(SETTINGS), GuardrailContainer.container(settings("2"))),
                List.of(EgressLockContainer.container(SETTINGS), EgressLockContainer.container(settings("2"))), volumes,
                List.of(GuardrailDigest.of(GuardrailContainer.container(settings("2")), volumes),
                        GuardrailDigest.of(GuardrailContainer.container(settings("3")), volumes)),
                null);
    }

    /** A pod before admission. */
    public static ObjectNode bare() {
        return yaml("""
                apiVersion: v1
                kind: Pod
                metadata:
                  name: coder-1
                  namespace: dev
                  uid: u-1
                  creationTimestamp: "2026-11-26T10:00:00Z"
                spec:
                  containers:
                  - name: agent
                    image: agent
                    volumeMounts: [{name: work, mountPath: /work}]
                  volumes: [{name: work, emptyDir: {}}]
                status: {phase: Running}
                """);
    }

    /** A pod that admission let through. */
    public static ObjectNode pod() {
        return pod(bare(), SETTINGS);
    }

    public static ObjectNode pod(JsonNode bare, GuardrailSettings settings) {
        return new PodInjector(settings).inject(bare, new Workload("apps/v1", "Deployment", "coder", "u"));
    }

    public static Pod typed(JsonNode pod) {
        return KUBERNETES.unmarshal(pod.toString(), Pod.class);
    }

    public static ObjectNode yaml(String yaml) {
        try {
            return (ObjectNode) YAML.readTree(yaml);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Merges objects, replaces everything else; what is null is removed. */
    public static ObjectNode merged(ObjectNode into, String yaml) {
        merge(into, yaml(yaml));
        return into;
    }

    private static void merge(ObjectNode into, ObjectNode what) {
        what.properties().forEach(field -> {
            JsonNode there = into.get(field.getKey());
            if (field.getValue().isNull()) {
                into.remove(field.getKey());
            } else if (there instanceof ObjectNode object && field.getValue() instanceof ObjectNode more) {
                merge(object, more);
            } else {
                into.set(field.getKey(), field.getValue());
            }
        });
    }
}
