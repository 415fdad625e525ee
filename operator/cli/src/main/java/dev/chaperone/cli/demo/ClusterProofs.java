package dev.chaperone.cli.demo;

import dev.chaperone.api.Agent;
import dev.chaperone.api.AgentStatus;
import dev.chaperone.api.Conditions;
import dev.chaperone.api.GuardrailPod;
import dev.chaperone.cli.console.Console;
import dev.chaperone.cli.console.Console.Tone;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.HostPathVolumeSource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.KubernetesClientTimeoutException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** What only a cluster can show: what it says of its agent, and that there is no way around the guardrail. */
final class ClusterProofs {
    private static final String ROW = "  %-10s %-10s %-22s %-11s %-6s %s";
    private static final int SHORT_REVISION = "sha256:".length() + 12;
    private static final int UNAUTHORIZED = 401;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Console console;
    private final KubernetesClient client;
    private final DemoObjects objects;
    private final ClusterStage stage;

    ClusterProofs(Console console, KubernetesClient client, DemoObjects objects, ClusterStage stage) {
        this.console = console;
        this.client = client;
        this.objects = objects;
        this.stage = stage;
    }

    /** Tells them. Returns whether all hold. */
    boolean tell() throws IOException, InterruptedException {
        boolean programmed = tellAgent();
        console.line("");
        console.line("The agent's container goes around its guardrail:");
        String url = DemoObjects.url("files");
        int status = stage.goAround(url);
        boolean shut = status == UNAUTHORIZED;
        console.line("  " + (shut ? console.tone(Tone.GOOD, "refused") : console.tone(Tone.BAD, "LET IN ")) + "  "
                + url + " answers " + status);
        console.line("");
        console.line("Its team tries other pods (each by a dry run):");
        boolean guarded = guarded("one that says nothing of it: it gets the guardrail as its first container", _ -> {});
        boolean replaced = guarded("one with a guardrail of its own making: the operator's takes its place",
                ClusterProofs::bringGuardrail);
        boolean network = refused("the node's network", pod -> pod.getSpec().setHostNetwork(true));
        boolean files = refused("the node's files", ClusterProofs::mountNode);
        boolean token = refused("the guardrail's token in the agent", ClusterProofs::mountToken);
        return programmed && shut && guarded && replaced && network && files && token;
    }

    private boolean tellAgent() {
        console.line("The cluster says of it (kubectl -n " + DemoObjects.NAMESPACE + " get agents):");
        Agent agent;
        try {
            agent = client.resources(Agent.class).inNamespace(DemoObjects.NAMESPACE).withName(DemoObjects.AGENT)
                    .waitUntilCondition(ClusterProofs::programmed, PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (KubernetesClientTimeoutException e) {
            console.line("  " + console.tone(Tone.BAD, "NOTHING") + "  after " + PATIENCE.toSeconds()
                    + " s no Agent says that its pod has the revision");
            return false;
        }
        AgentStatus status = Objects.requireNonNull(agent.getStatus());
        Optional<Condition> ready = Objects.requireNonNullElse(status.conditions(), List.<Condition>of()).stream()
                .filter(condition -> condition.getType().equals(Conditions.READY)).findFirst();
        console.line(ROW.formatted("NAME", "WORKLOAD", "REVISION", "PROGRAMMED", "READY", "REASON"));
        console.line(ROW.formatted(agent.getMetadata().getName(), DemoObjects.AGENT,
                shortened(Objects.requireNonNullElse(status.revision(), "")), status.programmed(),
                ready.map(Condition::getStatus).orElse(""), ready.map(Condition::getReason).orElse("")));
        console.line("  governed by " + String.join(", ", Objects.requireNonNullElse(status.policies(), List.of())));
        return true;
    }

    private static boolean programmed(Agent agent) {
        return agent != null && agent.getStatus() != null && "1/1".equals(agent.getStatus().programmed());
    }

    private static String shortened(String revision) {
        return revision.length() > SHORT_REVISION ? revision.substring(0, SHORT_REVISION) + "…" : revision;
    }

    /** The first container of what is admitted is the guardrail, and not an image that the pod's author chose. */
    private boolean guarded(String attempt, Consumer<Pod> change) throws IOException {
        Pod pod = objects.anotherPod();
        change.accept(pod);
        String chosen = pod.getSpec().getContainers().getFirst().getImage();
        Pod made = client.pods().inNamespace(DemoObjects.NAMESPACE).resource(pod).dryRun().create();
        List<Container> first = made.getSpec().getInitContainers();
        boolean guarded = first.size() == 1 && first.getFirst().getName().equals(GuardrailPod.CONTAINER)
                && !first.getFirst().getImage().equals(chosen);
        console.line("  " + (guarded ? console.tone(Tone.GOOD, "guarded") : console.tone(Tone.BAD, "LET IN ")) + "  "
                + attempt);
        return guarded;
    }

    private boolean refused(String attempt, Consumer<Pod> change) throws IOException {
        Pod pod = objects.anotherPod();
        change.accept(pod);
        try {
            client.pods().inNamespace(DemoObjects.NAMESPACE).resource(pod).dryRun().create();
        } catch (KubernetesClientException e) {
            if (e.getStatus() == null || e.getStatus().getMessage() == null) {
                throw e;
            }
            console.line("  " + console.tone(Tone.GOOD, "refused") + "  " + attempt);
            console.line(console.tone(Tone.QUIET, "           " + e.getStatus().getMessage()));
            return true;
        }
        console.line("  " + console.tone(Tone.BAD, "LET IN ") + "  " + attempt);
        return false;
    }

    private static void mountNode(Pod pod) {
        pod.getSpec().setVolumes(List.of(new VolumeBuilder().withName("node")
                .withHostPath(new HostPathVolumeSource("/", null)).build()));
    }

    private static void mountToken(Pod pod) {
        pod.getSpec().getContainers().getFirst().setVolumeMounts(List.of(
                new VolumeMountBuilder().withName(GuardrailPod.TOKEN_VOLUME).withMountPath("/token").build()));
    }

    private static void bringGuardrail(Pod pod) {
        pod.getSpec().setInitContainers(List.of(new ContainerBuilder(pod.getSpec().getContainers().getFirst())
                .withName(GuardrailPod.CONTAINER).withRestartPolicy("Always").build()));
    }
}
