package dev.chaperone.test;

import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.Ports;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.containers.Network;
import org.testcontainers.k3s.K3sContainer;
import org.testcontainers.utility.DockerImageName;
import org.testcontainers.utility.MountableFile;

/** A cluster of its own, in a container. */
final class K3sCluster implements KubernetesCluster {
    private static final String RELEASE = "rancher/k3s:v1.34.1-k3s1";
    private static final int API_PORT = 6443;
    private static final int STOPPING_SECONDS = 2;
    private static final Duration STARTING = Duration.ofMinutes(5);

    private final K3sContainer container = new K3sContainer(
            DockerImageName.parse(Settings.valueOf(IMAGE_SETTING, RELEASE)).asCompatibleSubstituteFor("rancher/k3s"));

    // A node that is restarted keeps its addresses: the one within Docker and the one that the kubeconfig names.
    private final Network network = Network.newNetwork();

    K3sCluster() {
        Ports ports = new Ports();
        container.getExposedPorts().forEach(port -> ports.bind(new ExposedPort(port), Ports.Binding.empty()));
        ports.getBindings().put(
                new ExposedPort(API_PORT), new Ports.Binding[]{Ports.Binding.bindPort(FreePort.find())});
        container.withStartupTimeout(STARTING);
        container.withNetwork(network).withCreateContainerCmdModifier(
                command -> Objects.requireNonNull(command.getHostConfig()).withPortBindings(ports));
        try {
            container.start();
        } catch (RuntimeException e) {
            network.close();
            throw e;
        }
    }

    @Override
    public String kubeconfig() {
        return container.getKubeConfigYaml();
    }

    @Override
    public boolean outlivesTests() {
        return false;
    }

    @Override
    public boolean takesImages() {
        return true;
    }

    @Override
    public void load(Path archive) throws IOException, InterruptedException {
        String file = "/tmp/" + archive.getFileName();
        container.copyFileToContainer(MountableFile.forHostPath(archive), file);
        ExecResult result = container.execInContainer("ctr", "images", "import", file);
        container.execInContainer("rm", file);
        if (result.getExitCode() != 0) {
            throw new IllegalStateException(archive + ": " + result.getStdout() + result.getStderr());
        }
    }

    @Override
    public String onNode(String... command) throws IOException, InterruptedException {
        ExecResult result = container.execInContainer(command);
        if (result.getExitCode() != 0) {
            throw new IllegalStateException(String.join(" ", command) + ": " + result.getStderr());
        }
        return result.getStdout();
    }

    @Override
    public void signalFirstProcess(String signal) {
        container.getDockerClient().killContainerCmd(container.getContainerId()).withSignal(signal).exec();
    }

    @Override
    public void restartNode() {
        container.getDockerClient().restartContainerCmd(container.getContainerId()).withTimeout(STOPPING_SECONDS)
                .exec();
    }

    @Override
    public void close() {
        container.stop();
        network.close();
    }
}
