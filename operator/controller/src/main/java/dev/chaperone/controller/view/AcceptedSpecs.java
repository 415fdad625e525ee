package dev.chaperone.controller.view;

import dev.chaperone.api.Api;
import dev.chaperone.api.ClusterToolPolicySpec;
import dev.chaperone.api.PolicyRules;
import dev.chaperone.api.ToolPolicySpec;
import dev.chaperone.policy.PolicyId;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.fabric8.kubernetes.api.model.apps.ControllerRevisionBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How accepted specs are stored: each as a ControllerRevision, whose data nobody can change. */
public final class AcceptedSpecs {
    /** Label of these ControllerRevisions. */
    public static final String LABEL = Api.GROUP + "/last-accepted";

    private static final String KIND = Api.GROUP + "/policy-kind";
    private static final String NAMESPACE = Api.GROUP + "/policy-namespace";
    private static final String NAME = Api.GROUP + "/policy-name";
    private static final String UID = Api.GROUP + "/policy-uid";

    private AcceptedSpecs() {}

    public static String name(AcceptedSpec spec) {
        return spec.uid() + "-" + spec.generation();
    }

    public static ControllerRevision store(AcceptedSpec spec, String namespace) {
        Map<String, String> annotations = new HashMap<>();
        annotations.put(KIND, spec.id().kind().wireName());
        annotations.put(NAME, spec.id().name());
        annotations.put(UID, spec.uid());
        String policyNamespace = spec.id().namespace();
        if (policyNamespace != null) {
            annotations.put(NAMESPACE, policyNamespace);
        }
        return new ControllerRevisionBuilder().withNewMetadata()
                .withNamespace(namespace)
                .withName(name(spec))
                .addToLabels(LABEL, "true")
                .withAnnotations(annotations)
                .endMetadata()
                .withRevision(spec.generation())
                .withData(spec.spec())
                .build();
    }

    /** Null when it is none, or of a release whose specs this one cannot read. */
    public static @Nullable AcceptedSpec read(ControllerRevision revision) {
        ObjectMeta metadata = revision.getMetadata();
        Map<String, String> annotations = metadata.getAnnotations();
        if (annotations == null || annotations.get(UID) == null || annotations.get(NAME) == null) {
            return null;
        }
        String name = annotations.get(NAME);
        String namespace = annotations.get(NAMESPACE);
        boolean cluster = PolicyId.Kind.CLUSTER_TOOL_POLICY.wireName().equals(annotations.get(KIND));
        if (cluster == (namespace != null)) {
            return null;
        }
        PolicyId id = namespace == null
                ? PolicyId.clusterToolPolicy(name)
                : PolicyId.toolPolicy(namespace, name);
        try {
            String json = Serialization.asJson(revision.getData());
            PolicyRules spec = cluster
                    ? Serialization.unmarshal(json, ClusterToolPolicySpec.class)
                    : Serialization.unmarshal(json, ToolPolicySpec.class);
            return spec == null ? null : new AcceptedSpec(id, annotations.get(UID), revision.getRevision(), spec);
        } catch (RuntimeException e) {
            return null;
        }
    }
}
