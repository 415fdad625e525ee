package dev.chaperone.cli.cluster;

import io.fabric8.kubernetes.api.model.NamedContext;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The clusters of the kubeconfig. */
public final class Clusters {
    private Clusters() {}

    /**
     * The settings of a context of the kubeconfig.
     *
     * @param context its name; null for the current one
     * @throws ClusterException when there is none
     */
    public static Config config(@Nullable String context) {
        Config config = Config.autoConfigure(context);
        NamedContext found = config.getCurrentContext();
        if (context != null && (found == null || !context.equals(found.getName()))) {
            List<String> names = config.getContexts() == null
                    ? List.of()
                    : config.getContexts().stream().map(NamedContext::getName).toList();
            throw new ClusterException("the kubeconfig has no context " + context + "; it has "
                    + (names.isEmpty() ? "none" : String.join(", ", names)));
        }
        if (found == null) {
            throw new ClusterException("there is no current context: set KUBECONFIG to a kubeconfig, or name one of its"
                    + " contexts by --context");
        }
        return config;
    }

    /** To be closed. */
    public static KubernetesClient client(Config config) {
        return new KubernetesClientBuilder().withConfig(config)
                .withHttpClientFactory(new JdkHttpClientFactory()).build();
    }

    /** What people are told when the API server refuses or does not answer. */
    public static String told(KubernetesClientException e) {
        if (e.getStatus() != null && e.getStatus().getMessage() != null) {
            return "the API server says: " + e.getStatus().getMessage();
        }
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return "the cluster cannot be reached: " + (cause.getMessage() == null ? cause : cause.getMessage());
    }
}
