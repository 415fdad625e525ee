package dev.chaperone.cli.demo;

import dev.chaperone.api.GuardrailPod;
import dev.chaperone.cli.cluster.ClusterException;
import dev.chaperone.cli.cluster.Clusters;
import dev.chaperone.cli.console.Console;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Plays the same session on a cluster where Chaperone is installed, and removes all that it made there. */
public final class ClusterDemo {
    /** How a node comes to have the image. */
    public static final String HOW_TO_LOAD = "mvn pre-integration-test -DskipTests -pl operator/images -am makes it,"
            + " in operator/images/target/chaperone-cli.tar; its name stands as cli.image in image.properties beside it."
            + " Load the tar on the nodes (kind load image-archive, k3d image import, or ctr -n k8s.io images import), or"
            + " push it to a registry";

    private final Console console;
    private final KubernetesClient client;
    private final Settings settings;

    /**
     * @param context of the kubeconfig; null for the current one
     * @param image the image of the command, as nodes know it
     * @param keep whether everything is left as it is in the end
     */
    public record Settings(@Nullable String context, String image, boolean keep) {}

    private ClusterDemo(Console console, KubernetesClient client, Settings settings) {
        this.console = console;
        this.client = client;
        this.settings = settings;
    }

    /**
     * Plays it. Returns whether it went as it is meant to go.
     *
     * @throws DemoException when it cannot be played there
     */
    public static boolean play(Console console, Settings settings) throws IOException, InterruptedException {
        Config config = config(settings.context());
        console.line("Context " + config.getCurrentContext().getName() + ", " + config.getMasterUrl());
        try (KubernetesClient client = Clusters.client(config)) {
            return new ClusterDemo(console, client, settings).play();
        } catch (KubernetesClientException e) {
            throw new DemoException(Clusters.told(e));
        }
    }

    private static Config config(@Nullable String context) {
        try {
            return Clusters.config(context);
        } catch (ClusterException e) {
            throw new DemoException(String.valueOf(e.getMessage()));
        }
    }

    private boolean play() throws IOException, InterruptedException {
        DemoCluster cluster = new DemoCluster(client);
        String operatorNamespace = cluster.requireOperator();
        boolean leftovers = cluster.leftovers(operatorNamespace);
        DemoObjects objects = new DemoObjects(client, settings.image(), operatorNamespace);
        DemoRemoval removal = new DemoRemoval(console, client, objects, operatorNamespace, settings.keep());
        try (removal) {
            if (leftovers) {
                console.line("Removes what an earlier demonstration left …");
                removal.remove();
            }
            return play(objects, operatorNamespace);
        } catch (DemoException | KubernetesClientException | IOException e) {
            if (removal.exiting()) {
                return false;
            }
            throw e;
        }
    }

    private boolean play(DemoObjects objects, String operatorNamespace) throws IOException, InterruptedException {
        console.line("Makes namespaces " + DemoObjects.NAMESPACE + " (governed) and " + DemoObjects.TOOLS_NAMESPACE
                + ", and Secret " + operatorNamespace + "/" + DemoObjects.SECRET + "; "
                + (settings.keep() ? "they are kept." : "they are removed in the end."));
        objects.applyNamespaces();
        objects.applyTools();
        objects.applyPolicies();
        objects.applyAgent();
        DemoPods pods = new DemoPods(client, settings.image());
        Pod tools = pods.awaitReady(DemoObjects.TOOLS_NAMESPACE, DemoObjects.TOOLS);
        console.line("  tool servers: pod " + name(tools) + ", who wants in needs the token of the Secret");
        Pod agent = pods.awaitReady(DemoObjects.NAMESPACE, DemoObjects.AGENT);
        console.line("  agent:        pod " + name(agent) + ", whose Deployment has one container; the pod's are "
                + String.join(", ", containers(agent)));
        console.line("");
        try (ClusterStage stage = new ClusterStage(client, objects, tools, agent)) {
            boolean good = new Story(console, stage).tell();
            console.line("");
            return new ClusterProofs(console, client, objects, stage).tell() && good;
        } finally {
            console.line("");
        }
    }

    private static String name(Pod pod) {
        return pod.getMetadata().getNamespace() + "/" + pod.getMetadata().getName();
    }

    private static List<String> containers(Pod pod) {
        return Stream.concat(
                pod.getSpec().getInitContainers().stream(), pod.getSpec().getContainers().stream())
                .map(container -> container.getName().equals(GuardrailPod.CONTAINER)
                        ? container.getName() + " (put there by the operator)"
                        : container.getName())
                .toList();
    }
}
