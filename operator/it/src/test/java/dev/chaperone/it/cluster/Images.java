package dev.chaperone.it.cluster;

import dev.chaperone.test.KubernetesCluster;
import dev.chaperone.test.Skip;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.opentest4j.TestAbortedException;

/**
 * The images that the build made before.
 *
 * @param guardrail the guardrail's name by digest
 * @param operator the operator's
 * @param cli the command's
 */
record Images(
        String guardrail, String operator, String cli, Path guardrailArchive, Path operatorArchive, Path cliArchive) {
    private static final Path FOLDER = Path.of("../images/target");

    /** @throws TestAbortedException when there are none, so that the test counts as skipped; the reason is also printed */
    static Images built() {
        Properties properties = properties(FOLDER.resolve("image.properties"));
        if (!properties.containsKey("guardrail.image")) {
            throw Skip.because("there are no images: "
                    + properties.getProperty("skipped", "mvn pre-integration-test makes them"));
        }
        return new Images(
                properties.getProperty("guardrail.image"), properties.getProperty("operator.image"),
                properties.getProperty("cli.image"),
                FOLDER.resolve(properties.getProperty("guardrail.archive")),
                FOLDER.resolve(properties.getProperty("operator.archive")),
                FOLDER.resolve(properties.getProperty("cli.archive")));
    }

    private static Properties properties(Path file) {
        Properties properties = new Properties();
        if (Files.exists(file)) {
            try (Reader reader = Files.newBufferedReader(file)) {
                properties.load(reader);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return properties;
    }

    void load(KubernetesCluster cluster) {
        load(cluster, guardrailArchive);
        load(cluster, operatorArchive);
    }

    static void load(KubernetesCluster cluster, Path archive) {
        try {
            cluster.load(archive);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
