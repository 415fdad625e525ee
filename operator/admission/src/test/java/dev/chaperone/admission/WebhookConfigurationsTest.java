package dev.chaperone.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** {@code -Dgolden.update=true} writes the files. */
class WebhookConfigurationsTest {
    private static final KubernetesSerialization YAML = new KubernetesSerialization();
    private static final String CA = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";

    @Test
    void mutatingIsAsRecorded() throws IOException {
        isAsRecorded("mutating.yaml", YAML.asYaml(WebhookConfigurations.mutating(CA, "chaperone-system")));
    }

    @Test
    void validatingIsAsRecorded() throws IOException {
        isAsRecorded("validating.yaml", YAML.asYaml(WebhookConfigurations.validating(CA, "chaperone-system")));
    }

    private static void isAsRecorded(String name, String actual) throws IOException {
        Path file = Path.of("src/test/resources/webhooks").resolve(name);
        if (Boolean.getBoolean("golden.update")) {
            Files.createDirectories(file.getParent());
            Files.writeString(file, actual);
        }
        assertThat(actual).isEqualTo(Files.readString(file));
    }
}
