package dev.chaperone.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.chaperone.config.Stakes;
import dev.chaperone.config.Verdict;
import io.fabric8.kubernetes.api.model.LabelSelector;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What namespaced and cluster oversight policies have in common: the oversight that agents must have, and what narrows
 * while it is not in force. Durations are written like {@code 90s}, {@code 5m} or {@code 1h30m}.
 */
public interface OversightRules {
    /** Which agents, by their labels; empty or absent selects all. */
    @Nullable
    LabelSelector agentSelector();

    @Nullable
    Monitoring monitoring();

    @Nullable
    Review review();

    @Nullable
    Egress egress();

    /**
     * That the agent's guardrails are heard and their audit trails kept.
     *
     * @param heartbeat that each guardrail is heard
     * @param auditTrail that each audit trail is whole and arrives
     * @param coverage that the trails cover the agent's calls
     */
    record Monitoring(
            @Nullable Heartbeat heartbeat, @Nullable AuditTrail auditTrail, @Nullable Coverage coverage) {}

    /** @param maxAge how long ago a guardrail may have been heard last; 30s when absent */
    record Heartbeat(@Nullable String maxAge, @Nullable OnLapse onLapse) {}

    /** @param maxAge how long a record may wait until it is acknowledged; 1m when absent */
    record AuditTrail(@Nullable String maxAge, @Nullable OnLapse onLapse) {}

    /** @param minPercent the least share of records, in percent, that must have arrived; 100 when absent */
    record Coverage(@Nullable Integer minPercent, @Nullable OnLapse onLapse) {}

    /**
     * That there is somebody who may decide on calls that wait for a person.
     *
     * @param deciders who is meant to: counted are those whom the cluster's authorizers allow to {@code decide}
     *     {@code toolcallreviews} in the agent's namespace
     * @param minimum how many of them there must be at least; 1 when absent
     */
    record Review(List<Decider> deciders, @Nullable Integer minimum, @Nullable OnLapse onLapse) {}

    /**
     * @param kind what the name is of
     * @param name as in the subject of a RoleBinding
     * @param namespace of a ServiceAccount; absent for the others
     */
    record Decider(DeciderKind kind, String name, @Nullable String namespace) {}

    /** Whom RBAC knows. */
    enum DeciderKind {
        @JsonProperty("User")
        USER, @JsonProperty("Group")
        GROUP, @JsonProperty("ServiceAccount")
        SERVICE_ACCOUNT
    }

    /**
     * That the agent's pods reach nothing but what they need, and what is written here.
     *
     * @param mode how that is brought about
     * @param allow what they may reach besides their tool servers, the cluster's DNS and the operator; nothing when absent
     */
    record Egress(EgressMode mode, @Nullable List<Destination> allow, @Nullable OnLapse onLapse) {}

    /** How an agent's pods are kept from reaching anything else. */
    enum EgressMode {
        /** By a NetworkPolicy for the whole pod, which the cluster's network has to enforce. */
        @JsonProperty("Restricted")
        RESTRICTED,
        /**
         * By that, and by rules in the pod's own network that let only the guardrail's user out. Asks of every other container
         * that it has no privileges and says as whom it runs.
         */
        @JsonProperty("Locked")
        LOCKED
    }

    /**
     * A destination in the words of a NetworkPolicy: addresses, or pods.
     *
     * @param cidr the addresses
     * @param except addresses among those that are no destination
     * @param namespaceSelector in which namespaces the pods are; in the agent's own when absent
     * @param podSelector which pods; all of those namespaces when absent
     * @param ports on which ports; on all when absent
     */
    record Destination(
            @Nullable String cidr,
            @Nullable List<String> except,
            @Nullable LabelSelector namespaceSelector,
            @Nullable LabelSelector podSelector,
            @Nullable List<DestinationPort> ports) {}

    /** @param protocol TCP when absent */
    record DestinationPort(int port, @Nullable PortProtocol protocol) {}

    /** Protocols that a NetworkPolicy knows. */
    enum PortProtocol {
        TCP, UDP, SCTP
    }

    /**
     * What happens when a requirement is not in force, or is not known to be.
     *
     * @param after how long it must have been so; 5m when absent
     * @param narrow what applies then, on top of all policies; when absent the lapse is only told
     * @param evict whether pods whose fault it is are evicted then, one at a time and within their disruption budgets
     */
    record OnLapse(@Nullable String after, @Nullable List<Narrowing> narrow, @Nullable Boolean evict) {}

    /**
     * @param tools patterns on {@code server/tool}
     * @param stakes only tools of these stakes; all when absent
     * @param verdict {@code Review} or {@code Deny}
     */
    record Narrowing(List<String> tools, @Nullable Stakes stakes, Verdict verdict) {}
}
