package dev.chaperone.test;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.opentest4j.TestAbortedException;

/** The cluster that kubectl talks to. It goes on when the tests end, and what they make in it they take away. */
final class CurrentCluster implements KubernetesCluster {
    private final String kubeconfig;

    private CurrentCluster(String kubeconfig) {
        this.kubeconfig = kubeconfig;
    }

    /** @throws TestAbortedException when there is none */
    static CurrentCluster take() {
        try {
            // By kubectl, which knows where it is and puts the files that it refers to into it.
            String kubeconfig = run(List.of("kubectl", "config", "view", "--raw", "--minify", "--flatten"));
            return new CurrentCluster(kubeconfig);
        } catch (IOException | IllegalStateException e) {
            throw Skip.because("there is no current cluster: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String kubeconfig() {
        return kubeconfig;
    }

    @Override
    public boolean outlivesTests() {
        return true;
    }

    @Override
    public boolean takesImages() {
        return !loader().isBlank();
    }

    private static String loader() {
        return Settings.valueOf(LOAD_SETTING, "");
    }

    @Override
    public void load(Path archive) throws IOException, InterruptedException {
        if (takesImages()) {
            List<String> command = new ArrayList<>(Arrays.asList(loader().trim().split("\\s+")));
            command.add(archive.toAbsolutePath().toString());
            run(command);
        }
    }

    private static String run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IllegalStateException(String.join(" ", command) + " ended with " + process.exitValue());
        }
        return out;
    }

    @Override
    public String onNode(String... command) {
        throw notOurs();
    }

    @Override
    public void signalFirstProcess(String signal) {
        throw notOurs();
    }

    @Override
    public void restartNode() {
        throw notOurs();
    }

    private static TestAbortedException notOurs() {
        return Skip.because("nothing is done to the nodes of a cluster that is not the tests' own");
    }

    @Override
    public void close() {}
}
