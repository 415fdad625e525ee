package dev.chaperone.it.cluster;

import dev.chaperone.test.KubernetesCluster;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.opentest4j.TestAbortedException;

/**
 * The images that the build made before.
 *
 * @param guardrail the guardrail's name by digest
 * @param operator the operator's
 */
record Images(String guardrail, String operator, Path guardrailArchive, Path operatorArchive) {
    private static final Path FOLDER = Path.of("../images/target");

    /** @throws TestAbortedException when there are none, so that the test counts as skipped; the reason is also printed */
    static Images built() throws IOException {
        Path result = FOLDER.resolve("image.properties");
        Properties properties = new Properties();
        if (Files.exists(result)) {
            try (Reader reader = Files.newBufferedReader(result)) {
                properties.load(reader);
            }
        }
        if (!properties.containsKey("guardrail.image")) {
            String reason = "skipped: there are no images: "
                    + properties.getProperty("skipped", "mvn pre-integration-test makes them");
            System.err.println(reason);
            throw new TestAbortedException(reason);
        }
        return new Images(
                properties.getProperty("guardrail.image"), properties.getProperty("operator.image"),
                FOLDER.resolve(properties.getProperty("guardrail.archive")),
                FOLDER.resolve(properties.getProperty("operator.archive")));
    }

    void load(KubernetesCluster cluster) throws IOException, InterruptedException {
        cluster.load(guardrailArchive);
        cluster.load(operatorArchive);
    }
}
