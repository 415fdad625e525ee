package dev.chaperone.injection;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.chaperone.api.GuardrailPod;
import dev.chaperone.injection.GuardrailSettings.Resources;
import java.util.List;

/**
 * The guardrail's container and volumes as a pod must have them. Everything that an API server adds by default is
 * written out, because an admission policy compares them whole with what was stored.
 */
public final class GuardrailContainer {
    /** Where the pod's own API token would be mounted, which Kubernetes leaves out when something is there already. */
    static final String TOKEN_PATH = "/var/run/secrets/kubernetes.io/serviceaccount";

    static final String STATE_PATH = "/var/lib/chaperone";

    static final String SPOOL_PATH = "/var/spool/chaperone";

    private static final String TOKEN_FILE = "token";
    private static final int TOKEN_SECONDS = 3600;
    private static final int TOKEN_MODE = 0644;
    /** An hour: a guardrail without a config is never ready, and killing it would not bring one. */
    private static final int STARTUP_SECONDS = 3600;
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private GuardrailContainer() {}

    /** The container, first among the init containers. */
    public static ObjectNode container(GuardrailSettings settings) {
        ObjectNode container = NODES.objectNode();
        container.put("name", GuardrailPod.CONTAINER);
        container.put("image", settings.image());
        container.put("imagePullPolicy", settings.pullPolicy().wireName());
        // What makes it a sidecar: it goes on beside the containers after it.
        container.put("restartPolicy", "Always");
        container.set("env", environment(settings));
        container.set("ports", NODES.arrayNode().add(NODES.objectNode()
                .put("name", "health")
                .put("containerPort", GuardrailPod.HEALTH_PORT)
                .put("protocol", "TCP")));
        container.set("startupProbe", probe("/readyz", 1, STARTUP_SECONDS));
        container.set("readinessProbe", probe("/readyz", 2, 3));
        container.set("livenessProbe", probe("/healthz", 10, 6));
        container.set("resources", resources(settings.resources()));
        container.set("securityContext", securityContext());
        container.put("terminationMessagePath", "/dev/termination-log");
        container.put("terminationMessagePolicy", "File");
        container.set("volumeMounts", NODES.arrayNode()
                .add(NODES.objectNode()
                        .put("name", GuardrailPod.TOKEN_VOLUME).put("mountPath", TOKEN_PATH).put("readOnly", true))
                .add(NODES.objectNode().put("name", GuardrailPod.STATE_VOLUME).put("mountPath", STATE_PATH))
                .add(NODES.objectNode().put("name", GuardrailPod.AUDIT_VOLUME).put("mountPath", SPOOL_PATH)));
        return container;
    }

    /** The volumes that the guardrail alone mounts. */
    public static List<ObjectNode> volumes() {
        ObjectNode token = NODES.objectNode();
        token.put("name", GuardrailPod.TOKEN_VOLUME);
        ObjectNode projected = token.putObject("projected");
        projected.put("defaultMode", TOKEN_MODE);
        projected.putArray("sources").addObject().putObject("serviceAccountToken")
                .put("audience", GuardrailPod.TOKEN_AUDIENCE)
                .put("expirationSeconds", TOKEN_SECONDS)
                .put("path", TOKEN_FILE);
        ObjectNode state = NODES.objectNode();
        state.put("name", GuardrailPod.STATE_VOLUME);
        state.putObject("emptyDir").put("medium", "Memory").put("sizeLimit", "64Mi");
        // On disk, and twice what the spool takes of it: beyond its limit, a volume costs the pod its life.
        ObjectNode audit = NODES.objectNode();
        audit.put("name", GuardrailPod.AUDIT_VOLUME);
        audit.putObject("emptyDir").put("sizeLimit", "128Mi");
        return List.of(token, state, audit);
    }

    private static ArrayNode environment(GuardrailSettings settings) {
        ArrayNode environment = NODES.arrayNode();
        variable(environment, "CHAPERONE_CHANNEL_URL", settings.channelUrl());
        variable(environment, "CHAPERONE_CHANNEL_CA", settings.channelCa());
        variable(environment, "CHAPERONE_TOKEN_FILE", TOKEN_PATH + "/" + TOKEN_FILE);
        variable(environment, "CHAPERONE_STATE_DIRECTORY", STATE_PATH);
        variable(environment, "CHAPERONE_AUDIT_FILE", "/dev/stdout");
        variable(environment, "CHAPERONE_SPOOL_DIRECTORY", SPOOL_PATH);
        variable(environment, "CHAPERONE_ADMIN_ADDRESS", "0.0.0.0");
        field(environment, "CHAPERONE_POD_UID", "metadata.uid");
        field(environment, "CHAPERONE_POD_NAME", "metadata.name");
        field(environment, "CHAPERONE_POD_NAMESPACE", "metadata.namespace");
        return environment;
    }

    private static void variable(ArrayNode environment, String name, String value) {
        environment.addObject().put("name", name).put("value", value);
    }

    // So that the container is the same for every pod, what differs between them is referred to.
    private static void field(ArrayNode environment, String name, String path) {
        environment.addObject().put("name", name).putObject("valueFrom").putObject("fieldRef")
                .put("apiVersion", "v1").put("fieldPath", path);
    }

    private static ObjectNode probe(String path, int periodSeconds, int failureThreshold) {
        ObjectNode probe = NODES.objectNode();
        probe.putObject("httpGet").put("path", path).put("port", GuardrailPod.HEALTH_PORT).put("scheme", "HTTP");
        probe.put("timeoutSeconds", 1);
        probe.put("periodSeconds", periodSeconds);
        probe.put("successThreshold", 1);
        probe.put("failureThreshold", failureThreshold);
        return probe;
    }

    private static ObjectNode resources(Resources wanted) {
        ObjectNode resources = NODES.objectNode();
        ObjectNode limits = resources.putObject("limits");
        if (wanted.cpuLimit() != null) {
            limits.put("cpu", wanted.cpuLimit());
        }
        limits.put("memory", wanted.memoryLimit());
        resources.putObject("requests").put("cpu", wanted.cpuRequest()).put("memory", wanted.memoryRequest());
        return resources;
    }

    private static ObjectNode securityContext() {
        ObjectNode context = NODES.objectNode();
        context.put("allowPrivilegeEscalation", false);
        context.putObject("capabilities").putArray("drop").add("ALL");
        context.put("privileged", false);
        context.put("readOnlyRootFilesystem", true);
        context.put("runAsNonRoot", true);
        context.put("runAsUser", GuardrailPod.UID);
        context.put("runAsGroup", GuardrailPod.UID);
        context.putObject("seccompProfile").put("type", "RuntimeDefault");
        return context;
    }
}
