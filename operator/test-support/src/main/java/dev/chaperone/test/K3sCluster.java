package dev.chaperone.test;

import java.io.IOException;
import java.nio.file.Path;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.k3s.K3sContainer;
import org.testcontainers.utility.DockerImageName;
import org.testcontainers.utility.MountableFile;

/** A cluster of its own, in a container. */
final class K3sCluster implements KubernetesCluster {
    private static final String RELEASE = "rancher/k3s:v1.34.1-k3s1";

    private final K3sContainer container = new K3sContainer(
            DockerImageName.parse(Settings.valueOf(IMAGE_SETTING, RELEASE)).asCompatibleSubstituteFor("rancher/k3s"));

    K3sCluster() {
        container.start();
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
    public void close() {
        container.stop();
    }
}
