package dev.chaperone.admission.mutate;

import com.fasterxml.jackson.databind.JsonNode;
import dev.chaperone.admission.server.AdmissionAnswer;
import dev.chaperone.admission.server.AdmissionAnswer.Allowed;
import dev.chaperone.admission.server.AdmissionAnswer.Denied;
import dev.chaperone.admission.server.AdmissionAnswer.Reason;
import dev.chaperone.admission.server.AdmissionHandler;
import dev.chaperone.admission.server.AdmissionRequest;
import dev.chaperone.admission.server.AdmissionRequest.Operation;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.chaperone.api.GuardrailPod;
import dev.chaperone.api.Workload;
import dev.chaperone.injection.AgentLabel;
import dev.chaperone.injection.Binding;
import dev.chaperone.injection.Binding.Bound;
import dev.chaperone.injection.Binding.Refused;
import dev.chaperone.injection.ExemptPod;
import dev.chaperone.injection.JsonPatch;
import dev.chaperone.injection.PodInjector;
import dev.chaperone.injection.WorkloadBinding;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Puts a guardrail into every new pod of a governed namespace, and writes on it whom it belongs to. Pods of exempt
 * ServiceAccounts are left as they come, unless they come with what only governed pods have.
 */
public final class PodMutator implements AdmissionHandler {
    /** Where API servers ask. */
    public static final String PATH = "/mutate/pods";

    /** Namespaces of Kubernetes itself, where a webhook that is down must stop nothing. */
    public static final Set<String> NEVER_GOVERNED = Set.of("kube-system", "kube-node-lease", "kube-public");

    private static final String FORGED = "the pod brings along the label " + GuardrailPod.AGENT_LABEL
            + ", which the operator writes; leave it out of the pod, its template and the template's selector";

    private final PodInjector injector;
    private final WorkloadBinding binding;
    private final Namespaces namespaces;
    private final Exemptions exemptions;
    private final EgressLocks locks;
    private final String operatorNamespace;

    public PodMutator(
            PodInjector injector, WorkloadBinding binding, Namespaces namespaces, Exemptions exemptions,
            EgressLocks locks,
            String operatorNamespace) {
        this.injector = injector;
        this.binding = binding;
        this.namespaces = namespaces;
        this.exemptions = exemptions;
        this.locks = locks;
        this.operatorNamespace = operatorNamespace;
    }

    @Override
    public AdmissionAnswer handle(AdmissionRequest request) {
        JsonNode pod = request.object();
        String namespace = request.namespace();
        boolean newPod = request.operation() == Operation.CREATE && request.subResource() == null
                && request.kind().group().isEmpty() && request.kind().kind().equals("Pod");
        if (!newPod || pod == null || namespace == null) {
            return new Denied(Reason.INTERNAL_ERROR, "this webhook is for new pods, and was asked about something else",
                    List.of());
        }
        if (!governs(namespace)) {
            return Allowed.asItIs(List.of());
        }
        if (exemptions.exempt(ExemptPod.accountOf(pod, namespace))) {
            return exempt(pod);
        }
        Binding bound = binding.bind(pod, namespace, request.user());
        return switch (bound) {
            case Bound(var workload) when AgentLabel.isForged(pod, workload) -> new Denied(Reason.FORBIDDEN, FORGED,
                    List.of());
            case Bound(var workload) -> new Allowed(
                    JsonPatch.between(pod, inject(pod, namespace, workload)), List.of());
            case Refused(var message) -> new Denied(Reason.FORBIDDEN, message, List.of());
        };
    }

    private static AdmissionAnswer exempt(JsonNode pod) {
        String mark = ExemptPod.mark(pod);
        return mark == null
                ? Allowed.asItIs(List.of())
                : new Denied(
                        Reason.FORBIDDEN, "the pod's ServiceAccount is exempt from governance, and the pod has " + mark
                                + ", which only governed pods have; leave it out",
                        List.of());
    }

    private ObjectNode inject(JsonNode pod, String namespace, Workload workload) {
        return locks.required(namespace, workload, labels(pod))
                ? injector.injectLocked(pod, workload)
                : injector.inject(pod, workload);
    }

    private static Map<String, String> labels(JsonNode pod) {
        Map<String, String> labels = new TreeMap<>();
        pod.at("/metadata/labels").properties().forEach(label -> labels.put(label.getKey(), label.getValue().asText()));
        return labels;
    }

    // The webhook's selectors say the same. Should they be wrong, the operator must not guard itself into a standstill.
    private boolean governs(String namespace) {
        return !NEVER_GOVERNED.contains(namespace) && !namespace.equals(operatorNamespace)
                && namespaces.governed(namespace);
    }
}
