package dev.chaperone.controller;

import dev.chaperone.api.Governance;
import dev.chaperone.test.KubernetesCluster;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.util.concurrent.TimeUnit;

/** A real API server that knows our kinds and has the operator's namespace. */
record OperatorApiServer(KubernetesCluster cluster, KubernetesClient client) implements AutoCloseable {
    static final String NAMESPACE = "chaperone-system";

    static OperatorApiServer start() throws IOException {
        KubernetesCluster cluster = KubernetesCluster.start();
        KubernetesClient client = new KubernetesClientBuilder().withConfig(Config.fromKubeconfig(cluster.kubeconfig()))
                .build();
        for (File file : new File("../../crds").listFiles()) {
            var crd = Serialization.unmarshal(Files.readString(file.toPath()), CustomResourceDefinition.class);
            client.resource(crd).create();
            client.apiextensions().v1().customResourceDefinitions().withName(crd.getMetadata().getName())
                    .waitUntilCondition(OperatorApiServer::established, 120, TimeUnit.SECONDS);
        }
        OperatorApiServer server = new OperatorApiServer(cluster, client);
        client.resource(new NamespaceBuilder().withNewMetadata().withName(NAMESPACE).endMetadata().build()).create();
        return server;
    }

    private static boolean established(CustomResourceDefinition crd) {
        return crd != null && crd.getStatus() != null && crd.getStatus().getConditions() != null
                && crd.getStatus().getConditions().stream()
                        .anyMatch(c -> c.getType().equals("Established") && c.getStatus().equals("True"));
    }

    /** Makes a governed namespace. */
    void govern(String namespace) {
        client.resource(
                new NamespaceBuilder().withNewMetadata().withName(namespace)
                        .addToLabels(Governance.NAMESPACE_LABEL, Governance.GOVERNED).endMetadata().build())
                .create();
    }

    @Override
    public void close() {
        client.close();
        cluster.close();
    }
}
