package dev.chaperone.injection;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.chaperone.api.GuardrailPod;
import org.jspecify.annotations.Nullable;

/**
 * The init container that locks a pod's egress to the guardrail's user, as a pod must have it: of the guardrail's image, and
 * root with the one capability that this takes. Like the guardrail's, it has every default of the API server written out.
 */
public final class EgressLockContainer {
    private static final String MEMORY_REQUEST = "32Mi";
    private static final String MEMORY_LIMIT = "128Mi";
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private EgressLockContainer() {}

    /** The container, right behind the guardrail. */
    public static ObjectNode container(GuardrailSettings settings) {
        ObjectNode container = NODES.objectNode();
        container.put("name", GuardrailPod.LOCK_CONTAINER);
        container.put("image", settings.image());
        container.put("imagePullPolicy", settings.pullPolicy().wireName());
        container.set("command", NODES.arrayNode().add("/opt/java/bin/java").add("@/opt/chaperone/egress-lock"));
        ArrayNode environment = NODES.arrayNode();
        environment.addObject().put("name", "CHAPERONE_CHANNEL_URL").put("value", settings.channelUrl());
        environment.addObject().put("name", "CHAPERONE_STATE_DIRECTORY").put("value", GuardrailContainer.TOKEN_PATH);
        container.set("env", environment);
        container.set("resources", resources(settings.resources().cpuRequest(), settings.resources().cpuLimit()));
        container.set("securityContext", securityContext());
        container.put("terminationMessagePath", "/dev/termination-log");
        container.put("terminationMessagePolicy", "File");
        // Where the pod's API token would be mounted otherwise, under a name that differs from pod to pod.
        container.set("volumeMounts", NODES.arrayNode().add(NODES.objectNode()
                .put("name", GuardrailPod.STATE_VOLUME).put("mountPath", GuardrailContainer.TOKEN_PATH)));
        return container;
    }

    private static ObjectNode resources(String cpu, @Nullable String cpuLimit) {
        ObjectNode resources = NODES.objectNode();
        ObjectNode limits = resources.putObject("limits");
        if (cpuLimit != null) {
            limits.put("cpu", cpuLimit);
        }
        limits.put("memory", MEMORY_LIMIT);
        resources.putObject("requests").put("cpu", cpu).put("memory", MEMORY_REQUEST);
        return resources;
    }

    private static ObjectNode securityContext() {
        ObjectNode context = NODES.objectNode();
        context.put("allowPrivilegeEscalation", false);
        ObjectNode capabilities = context.putObject("capabilities");
        capabilities.putArray("add").add("NET_ADMIN");
        capabilities.putArray("drop").add("ALL");
        context.put("privileged", false);
        context.put("readOnlyRootFilesystem", true);
        context.put("runAsNonRoot", false);
        context.put("runAsUser", 0);
        context.put("runAsGroup", 0);
        context.putObject("seccompProfile").put("type", "RuntimeDefault");
        return context;
    }
}
