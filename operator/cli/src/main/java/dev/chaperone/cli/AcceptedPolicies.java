package dev.chaperone.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.chaperone.api.ClusterToolPolicySpec;
import dev.chaperone.api.PolicyRules;
import dev.chaperone.api.ToolPolicySpec;
import dev.chaperone.guardrail.state.StateFile;
import dev.chaperone.policy.PolicyId;
import dev.chaperone.policy.PolicyInput;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The newest accepted version of each policy, kept in the state directory: what stays in force when an edit does not
 * compile, also across a restart.
 */
final class AcceptedPolicies {
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.NON_NULL))
            .build();

    private final StateFile file;
    private final Map<PolicyId, PolicyRules> accepted = new TreeMap<>();

    AcceptedPolicies(Path stateDirectory) throws IOException {
        this.file = new StateFile(stateDirectory.resolve("accepted-policies.json"));
        if (file.exists()) {
            read();
        }
    }

    private void read() throws IOException {
        try {
            for (JsonNode entry : MAPPER.readTree(file.read())) {
                String name = entry.required("name").asText();
                JsonNode spec = entry.required("spec");
                if (entry.hasNonNull("namespace")) {
                    accepted.put(
                            PolicyId.toolPolicy(entry.get("namespace").asText(), name),
                            MAPPER.treeToValue(spec, ToolPolicySpec.class));
                } else {
                    accepted.put(
                            PolicyId.clusterToolPolicy(name), MAPPER.treeToValue(spec, ClusterToolPolicySpec.class));
                }
            }
        } catch (JsonProcessingException | IllegalArgumentException e) {
            throw new IOException(file.path() + " is damaged; without it no policy counts as accepted before", e);
        }
    }

    /** The policy with its last accepted version beside what it is now. */
    PolicyInput with(PolicyInput policy) {
        return policy.withLastAccepted(accepted.get(policy.id()));
    }

    /**
     * Remembers what was accepted and forgets what is no longer there.
     *
     * @param present all policies there are
     * @param nowAccepted those among them whose present version was accepted
     * @return what was forgotten
     */
    SortedSet<PolicyId> update(Iterable<PolicyInput> present, Set<PolicyId> nowAccepted) throws IOException {
        Map<PolicyId, PolicyRules> next = new TreeMap<>();
        for (PolicyInput policy : present) {
            PolicyRules current = policy.current() == null ? null : policy.current().resource();
            PolicyRules kept = nowAccepted.contains(policy.id()) ? current : accepted.get(policy.id());
            if (kept != null) {
                next.put(policy.id(), kept);
            }
        }
        SortedSet<PolicyId> gone = new TreeSet<>(accepted.keySet());
        for (PolicyInput policy : present) {
            gone.remove(policy.id());
        }
        if (!next.equals(accepted)) {
            accepted.clear();
            accepted.putAll(next);
            store();
        }
        return gone;
    }

    private void store() throws IOException {
        ArrayNode entries = MAPPER.createArrayNode();
        accepted.forEach((id, spec) -> {
            var entry = entries.addObject().put("name", id.name());
            if (id.namespace() != null) {
                entry.put("namespace", id.namespace());
            }
            entry.set("spec", MAPPER.valueToTree(spec));
        });
        file.write(MAPPER.writeValueAsBytes(entries));
    }
}
