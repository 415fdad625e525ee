package dev.chaperone.it.kubernetes;

import dev.chaperone.api.Api;
import dev.chaperone.test.KubernetesCluster;
import dev.chaperone.test.Skip;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The one cluster of all stories. It holds one stage at a time: what another has set up is taken away before the next
 * is set up, and a cluster that outlives the stories is left as it was found.
 */
public final class StoryCluster implements AutoCloseable {
    /** On everything outside of namespaces that stories make besides the chart, and on their namespaces. */
    public static final String LABEL = "chaperone-stories";

    private static final Duration GONE = Duration.ofMinutes(3);

    private final KubernetesCluster nodes;
    private final KubernetesClient client;
    private @Nullable Object stage;

    private StoryCluster(KubernetesCluster nodes) {
        this.nodes = nodes;
        this.client = new KubernetesClientBuilder().withHttpClientFactory(new JdkHttpClientFactory())
                .withConfig(Config.fromKubeconfig(nodes.kubeconfig())).build();
    }

    /** Skips the test without a cluster, or when somebody else's Chaperone is in it. */
    public static StoryCluster of(ExtensionContext context) {
        return context.getRoot().getStore(ExtensionContext.Namespace.create(StoryCluster.class))
                .computeIfAbsent(StoryCluster.class, key -> open(), StoryCluster.class);
    }

    private static StoryCluster open() {
        StoryCluster cluster = new StoryCluster(KubernetesCluster.chosen());
        if (!cluster.crds().isEmpty() || cluster.hasOperatorsRole()) {
            if (!cluster.isOurs(Chart.NAMESPACE)) {
                cluster.client.close();
                throw Skip.because("the cluster has Chaperone or its custom resources already,"
                        + " and what people wrote is not to be touched");
            }
            // Of stories that were ended before their end.
            cluster.clear();
        }
        return cluster;
    }

    private boolean hasOperatorsRole() {
        return client.rbac().clusterRoles().withName("chaperone-operator").get() != null;
    }

    private List<CustomResourceDefinition> crds() {
        return client.apiextensions().v1().customResourceDefinitions().list().getItems().stream()
                .filter(crd -> crd.getSpec().getGroup().equals(Api.GROUP)).toList();
    }

    private boolean isOurs(String namespace) {
        Namespace found = client.namespaces().withName(namespace).get();
        return found != null && found.getMetadata().getLabels() != null
                && found.getMetadata().getLabels().containsKey(LABEL);
    }

    /** What was set up as such, or what the function sets up now. */
    public <T> T stage(Class<T> kind, Function<StoryCluster, T> setUp) {
        if (kind.isInstance(stage)) {
            return kind.cast(stage);
        }
        clear();
        T made = setUp.apply(this);
        stage = made;
        return made;
    }

    /** Takes away everything that stories made. */
    public void clear() {
        stage = null;
        Chart.uninstall(nodes.kubeconfig());
        client.namespaces().withLabel(LABEL).delete();
        client.rbac().clusterRoleBindings().withLabel(LABEL).delete();
        client.rbac().clusterRoles().withLabel(LABEL).delete();
        client.admissionRegistration().v1().mutatingWebhookConfigurations().withLabel(LABEL).delete();
        crds().forEach(crd -> client.resource(crd).delete());
        Awaitility.await("the cluster is as it was").atMost(GONE).pollInterval(Duration.ofMillis(200))
                .until(() -> crds().isEmpty() && !hasOperatorsRole()
                        && client.namespaces().withLabel(LABEL).list().getItems().isEmpty()
                        && webhooksAreGone());
    }

    private boolean webhooksAreGone() {
        return client.admissionRegistration().v1().mutatingWebhookConfigurations().withName("chaperone").get() == null
                && client.admissionRegistration().v1().validatingWebhookConfigurations().withName("chaperone")
                        .get() == null;
    }

    /** Makes a namespace that goes when the stories end; one that is there must be theirs. */
    public void namespace(String name) {
        if (isOurs(name)) {
            return;
        }
        if (client.namespaces().withName(name).get() != null) {
            throw Skip.because("the cluster has a namespace " + name + " of somebody else's");
        }
        client.resource(new NamespaceBuilder().withNewMetadata().withName(name).addToLabels(LABEL, "true")
                .endMetadata().build()).create();
        client.serviceAccounts().inNamespace(name).withName("default").waitUntilCondition(
                account -> account != null, GONE.toSeconds(), java.util.concurrent.TimeUnit.SECONDS);
    }

    public KubernetesCluster nodes() {
        return nodes;
    }

    public KubernetesClient client() {
        return client;
    }

    /** Credentials of the admin. */
    public String kubeconfig() {
        return nodes.kubeconfig();
    }

    /** The API server as its admin sees it. */
    public ApiServer admin() {
        return new ApiServer(client, null, null);
    }

    @Override
    public void close() {
        if (nodes.outlivesTests()) {
            clear();
        }
        client.close();
        nodes.close();
    }
}
