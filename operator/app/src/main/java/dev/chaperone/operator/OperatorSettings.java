package dev.chaperone.operator;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.chaperone.controller.evidence.OtlpSettings;
import dev.chaperone.controller.plan.EgressSettings;
import dev.chaperone.injection.GuardrailSettings.PullPolicy;
import dev.chaperone.injection.GuardrailSettings.Resources;
import dev.chaperone.injection.TrustedController;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyEgressRule;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How the operator runs, as the chart sets it up in its environment.
 *
 * @param namespace its own
 * @param pod name of its pod, which names it among the replicas
 * @param podAddress IP of its pod
 * @param guardrailImage by digest
 * @param pullPolicy when nodes pull the guardrail's image
 * @param resources what a guardrail may use
 * @param trustedControllers who is believed about the owners of pods, besides Kubernetes' own controllers
 * @param clusterRole the cluster role of the release: what the operator makes cluster-wide belongs to it, and goes when
 *     the release is uninstalled; null when it should stay
 * @param dns where agents of which egress is required resolve names, as egress rules of a NetworkPolicy
 * @param collector who keeps audit trails; null for this process's standard output
 */
record OperatorSettings(
        String namespace,
        String pod,
        String podAddress,
        String guardrailImage,
        PullPolicy pullPolicy,
        Resources resources,
        List<TrustedController> trustedControllers,
        @Nullable String clusterRole,
        List<NetworkPolicyEgressRule> dns,
        @Nullable OtlpSettings collector) {
    static final int WEBHOOK_PORT = 9443;
    static final int CHANNEL_PORT = 8443;
    static final int HEALTH_PORT = 8080;
    static final String WEBHOOK_SERVICE = "chaperone-webhook";
    static final String CHANNEL_SERVICE = "chaperone-channel";

    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** @throws IllegalArgumentException naming the variable that is missing or wrong */
    static OperatorSettings of(Map<String, String> environment) {
        return new OperatorSettings(
                required(environment, "CHAPERONE_OPERATOR_NAMESPACE"),
                required(environment, "CHAPERONE_POD_NAME"),
                required(environment, "CHAPERONE_POD_IP"),
                required(environment, "CHAPERONE_GUARDRAIL_IMAGE"),
                pullPolicy(environment.getOrDefault("CHAPERONE_GUARDRAIL_PULL_POLICY", "IfNotPresent")),
                resources(environment.getOrDefault("CHAPERONE_GUARDRAIL_RESOURCES", "{}")),
                trustedControllers(environment.getOrDefault("CHAPERONE_TRUSTED_CONTROLLERS", "[]")),
                environment.get("CHAPERONE_OWNER_CLUSTER_ROLE"),
                dns(environment.get("CHAPERONE_EGRESS_DNS")),
                collector(environment));
    }

    /** The channel's DNS name, which every replica's certificate has. */
    String channelName() {
        return CHANNEL_SERVICE + "." + namespace + ".svc";
    }

    /** What the pods of every agent may reach. */
    EgressSettings egress() {
        return EgressSettings.of(namespace, dns);
    }

    /** DNS names of the operator's servers. */
    List<String> serverNames() {
        return List.of(
                WEBHOOK_SERVICE + "." + namespace + ".svc", WEBHOOK_SERVICE + "." + namespace + ".svc.cluster.local",
                CHANNEL_SERVICE + "." + namespace + ".svc", CHANNEL_SERVICE + "." + namespace + ".svc.cluster.local");
    }

    private static String required(Map<String, String> environment, String name) {
        String value = environment.get(name);
        if (value == null || value.isEmpty()) {
            throw new IllegalArgumentException(name + " is not set");
        }
        return value;
    }

    private static PullPolicy pullPolicy(String text) {
        return Arrays.stream(PullPolicy.values())
                .filter(policy -> policy.wireName().equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "CHAPERONE_GUARDRAIL_PULL_POLICY is not IfNotPresent, Always or Never: " + text));
    }

    // As in a container: {"requests": {"cpu": …, "memory": …}, "limits": {…}}.
    private static Resources resources(String text) {
        JsonNode json = read("CHAPERONE_GUARDRAIL_RESOURCES", text, new TypeReference<>() {
        });
        return new Resources(
                json.at("/requests/cpu").asText(Resources.DEFAULT.cpuRequest()),
                json.at("/requests/memory").asText(Resources.DEFAULT.memoryRequest()),
                json.at("/limits/cpu").isMissingNode() ? null : json.at("/limits/cpu").asText(),
                json.at("/limits/memory").asText(Resources.DEFAULT.memoryLimit()));
    }

    private static List<TrustedController> trustedControllers(String text) {
        return read("CHAPERONE_TRUSTED_CONTROLLERS", text, new TypeReference<>() {
        });
    }

    private static List<NetworkPolicyEgressRule> dns(@Nullable String text) {
        return text == null
                ? EgressSettings.DNS
                : read("CHAPERONE_EGRESS_DNS", text, new TypeReference<List<NetworkPolicyEgressRule>>() {
                });
    }

    private static @Nullable OtlpSettings collector(Map<String, String> environment) {
        String endpoint = environment.getOrDefault("CHAPERONE_AUDIT_OTLP_ENDPOINT", "");
        if (endpoint.isEmpty()) {
            return null;
        }
        try {
            return new OtlpSettings(
                    new URI(endpoint), path(environment, "CHAPERONE_AUDIT_OTLP_HEADERS_FILE"),
                    path(environment, "CHAPERONE_AUDIT_OTLP_CA_FILE"), OtlpSettings.TIMEOUT);
        } catch (IllegalArgumentException | URISyntaxException e) {
            // Not quoted: somebody may have written a password into it.
            throw new IllegalArgumentException(
                    "CHAPERONE_AUDIT_OTLP_ENDPOINT is no address such as https://collector:4318");
        }
    }

    private static @Nullable Path path(Map<String, String> environment, String name) {
        String value = environment.getOrDefault(name, "");
        return value.isEmpty() ? null : Path.of(value);
    }

    private static <T> T read(String variable, String text, TypeReference<T> type) {
        try {
            return MAPPER.readValue(text, type);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(variable + " is not what it should be: " + e.getOriginalMessage(), e);
        }
    }
}
