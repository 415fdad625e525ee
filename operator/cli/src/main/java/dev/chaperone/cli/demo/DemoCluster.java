package dev.chaperone.cli.demo;

import dev.chaperone.api.Api;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhook;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Whether a cluster is one in which the demonstration can be played. Changes nothing. */
final class DemoCluster {
    private static final String CONFIGURATION = "chaperone";
    private static final String OPERATOR = "chaperone-operator";
    private static final String INSTALL = "helm install chaperone charts/chaperone --namespace chaperone-system"
            + " --create-namespace --set operator.image=NAME@sha256:DIGEST --set guardrail.image=NAME@sha256:DIGEST"
            + " (charts/chaperone/README.md)";

    private final KubernetesClient client;

    DemoCluster(KubernetesClient client) {
        this.client = client;
    }

    /** The namespace of an operator that runs. @throws DemoException when there is none, with the mend */
    String requireOperator() {
        if (client.getApiResources(Api.GROUP + "/" + Api.VERSION) == null) {
            throw new DemoException(
                    "Chaperone is not installed in this cluster: it has no custom resources of " + Api.GROUP + "/"
                            + Api.VERSION + ". Install it: " + INSTALL);
        }
        MutatingWebhookConfiguration configuration = client.admissionRegistration().v1()
                .mutatingWebhookConfigurations().withName(CONFIGURATION).get();
        String namespace = Optional.ofNullable(configuration)
                .flatMap(found -> found.getWebhooks().stream().map(MutatingWebhook::getClientConfig)
                        .filter(config -> config.getService() != null).findFirst())
                .map(config -> config.getService().getNamespace())
                .orElseThrow(() -> new DemoException(
                        "no operator of Chaperone has run in this cluster: its custom resources are there, its webhook"
                                + " is not. Install it: " + INSTALL + "; if it is installed: kubectl get deployments -A"
                                + " -l app.kubernetes.io/name=chaperone"));
        Deployment operator = client.apps().deployments().inNamespace(namespace).withName(OPERATOR).get();
        if (operator == null || operator.getStatus() == null
                || Objects.requireNonNullElse(operator.getStatus().getReadyReplicas(), 0) == 0) {
            throw new DemoException("Chaperone is installed in this cluster, but no operator is ready in namespace "
                    + namespace + ": kubectl -n " + namespace + " rollout status deployment/" + OPERATOR);
        }
        return namespace;
    }

    /**
     * Whether an earlier demonstration left something.
     *
     * @throws DemoException when what has its names is somebody else's
     */
    boolean leftovers(String operatorNamespace) {
        boolean left = false;
        for (String name : List.of(DemoObjects.NAMESPACE, DemoObjects.TOOLS_NAMESPACE)) {
            Namespace namespace = client.namespaces().withName(name).get();
            left |= own(namespace, "namespace " + name, "kubectl delete namespace " + name);
        }
        HasMetadata secret = client.secrets().inNamespace(operatorNamespace).withName(DemoObjects.SECRET).get();
        left |= own(secret, "Secret " + operatorNamespace + "/" + DemoObjects.SECRET,
                "kubectl -n " + operatorNamespace + " delete secret " + DemoObjects.SECRET);
        return left;
    }

    private static boolean own(@Nullable HasMetadata found, String what, String mend) {
        if (found == null) {
            return false;
        }
        Map<String, String> labels = Objects.requireNonNullElse(found.getMetadata().getLabels(), Map.of());
        if (!DemoObjects.OWNER.equals(labels.get(DemoObjects.OWNER_LABEL))) {
            throw new DemoException(what + " exists and was not made by the demonstration, so it is left alone. The"
                    + " demonstration needs the name; if nobody needs what is there: " + mend);
        }
        return true;
    }
}
