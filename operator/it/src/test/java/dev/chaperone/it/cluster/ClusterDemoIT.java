package dev.chaperone.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The demonstration on a cluster, as an admin starts it. */
class ClusterDemoIT {
    private static final Path JAR = Path.of("../cli/target/chaperone.jar");
    private static final int PLAYED = 0;
    private static final int CANNOT_BE_PLAYED = 3;

    @RegisterExtension
    static final InstalledCluster cluster = new InstalledCluster();

    private static String image;

    @TempDir
    Path directory;

    private Path kubeconfig;

    private record Run(int exit, String out, String err) {}

    @BeforeAll
    static void nodesKnowTheImage() {
        Images images = Images.built();
        image = images.cli();
        cluster.loads(images.cliArchive());
    }

    @BeforeEach
    void anAdminHasCredentials() throws IOException {
        kubeconfig = Files.writeString(directory.resolve("kubeconfig"), cluster.kubeconfig());
    }

    private Run demo(Path credentials, String... more) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-jar", JAR.toString(), "demo",
                "--cluster"));
        command.addAll(List.of(more));
        Path out = directory.resolve("out");
        Path err = directory.resolve("err");
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().put("KUBECONFIG", credentials.toString());
        int exit = builder.start().waitFor();
        return new Run(exit, Files.readString(out), Files.readString(err));
    }

    @Test
    void itTellsTheStoryWithPodsAndLeavesNothing() throws Exception {
        // When
        Run run = demo(kubeconfig, "--image", image);

        // Then
        assertThat(run.exit()).as(run.out() + run.err()).isEqualTo(PLAYED);
        assertThat(run.out()).contains(
                "chaperone-guardrail (put there by the operator)",
                "denied   files/delete_file {\"path\":\"/workspace/tests/test_calculator.py\"}",
                "The test is as it was, byte for byte.",
                "allowed  payments/send_payment {\"amount\":40,",
                "denied   payments/send_payment {\"amount\":250,",
                "A new revision decides after ",
                "allowed  payments/send_payment {\"amount\":250,",
                "1/1         True   Ready",
                "http://tools.chaperone-demo-tools.svc:8080/files answers 401",
                "Nothing is left.");
        for (String namespace : List.of("chaperone-demo", "chaperone-demo-tools")) {
            assertThat(cluster.admin().get("api/v1/namespaces/" + namespace).status()).isEqualTo(404);
        }
        assertThat(cluster.admin().get("api/v1/namespaces/" + InstalledCluster.OPERATOR_NAMESPACE
                + "/secrets/chaperone-demo-door").status()).isEqualTo(404);
    }

    @Test
    void aNamespaceOfSomebodyElseIsLeftAlone() throws Exception {
        // Given
        cluster.namespace("chaperone-demo");
        try {
            // When
            Run run = demo(kubeconfig, "--image", image);

            // Then
            assertThat(run.exit()).as(run.out() + run.err()).isEqualTo(CANNOT_BE_PLAYED);
            assertThat(run.out() + run.err()).contains("chaperone-demo");
            assertThat(cluster.admin().get("api/v1/namespaces/chaperone-demo").accepted()).isTrue();
        } finally {
            cluster.client().namespaces().withName("chaperone-demo").delete();
            cluster.client().namespaces().withName("chaperone-demo").waitUntilCondition(
                    namespace -> namespace == null, 180, java.util.concurrent.TimeUnit.SECONDS);
        }
    }

    @Test
    void withoutAClusterItSaysSo() throws Exception {
        // When
        Run run = demo(directory.resolve("none"), "--image", image);

        // Then
        assertThat(run.exit()).as(run.out() + run.err()).isEqualTo(CANNOT_BE_PLAYED);
        assertThat(run.err()).isNotBlank().doesNotContain("\tat ");
    }

    @Test
    void withoutAnImageItSaysHowToMakeOne() throws Exception {
        // When
        Run run = demo(kubeconfig);

        // Then
        assertThat(run.exit()).isNotZero();
        assertThat(run.out() + run.err()).contains("--image", "cli.image");
    }
}
