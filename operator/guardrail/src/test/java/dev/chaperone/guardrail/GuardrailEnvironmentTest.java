package dev.chaperone.guardrail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chaperone.guardrail.spool.SpoolSettings;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GuardrailEnvironmentTest {
    private static final Map<String, String> DIRECTORY = Map.of(
            "CHAPERONE_AGENT", "dev/coder",
            "CHAPERONE_CONFIG_DIRECTORY", "/config",
            "CHAPERONE_STATE_DIRECTORY", "/state");
    private static final Map<String, String> CHANNEL = Map.of(
            "CHAPERONE_CHANNEL_URL", "https://chaperone-channel.chaperone-system.svc:443",
            "CHAPERONE_CHANNEL_CA", "no certificate",
            "CHAPERONE_TOKEN_FILE", "/token",
            "CHAPERONE_STATE_DIRECTORY", "/state",
            "CHAPERONE_POD_NAMESPACE", "dev",
            "CHAPERONE_POD_NAME", "coder-7d9f-x2");

    private static GuardrailEnvironment environment(Map<String, String> base, String name, String value) {
        Map<String, String> variables = new HashMap<>(base);
        if (value == null) {
            variables.remove(name);
        } else {
            variables.put(name, value);
        }
        return new GuardrailEnvironment(variables);
    }

    @Test
    void the_channel_says_who_the_agent_is_and_brings_its_credentials() {
        // Given
        var environment = environment(CHANNEL, "CHAPERONE_AUDIT_FILE", "/dev/stdout");

        // When
        GuardrailSettings settings = environment.settings();

        // Then
        assertThat(settings.agent()).isEqualTo("pod dev/coder-7d9f-x2");
        assertThat(settings.credentialsDirectory()).isEqualTo(Path.of("/state/credentials"));
        assertThat(settings.auditFile()).isEqualTo(Path.of("/dev/stdout"));
    }

    @Test
    void the_directory_is_set_up_as_ever() {
        // Given
        var environment = new GuardrailEnvironment(DIRECTORY);

        // When
        GuardrailSettings settings = environment.settings();

        // Then
        assertThat(settings.agent()).isEqualTo("dev/coder");
        assertThat(settings.credentialsDirectory()).isNull();
        assertThat(settings.auditFile()).isEqualTo(Path.of("/state/audit.jsonl"));
        assertThat(settings.listen().getPort()).isEqualTo(GuardrailSettings.PORT);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "CHAPERONE_CHANNEL_URL | https://x | exactly one of CHAPERONE_CHANNEL_URL and CHAPERONE_CONFIG_DIRECTORY",
            "CHAPERONE_CONFIG_DIRECTORY | | neither is",
            "CHAPERONE_AGENT | | CHAPERONE_AGENT is not set",
            "CHAPERONE_STATE_DIRECTORY | | CHAPERONE_STATE_DIRECTORY is not set",
            "CHAPERONE_PORT | x | CHAPERONE_PORT is no port: x",
            "CHAPERONE_SPOOL_DIRECTORY | /spool | CHAPERONE_SPOOL_DIRECTORY is for CHAPERONE_CHANNEL_URL",
            "CHAPERONE_ADMIN_PORT | 65536 | CHAPERONE_ADMIN_PORT is no port: 65536"})
    void a_directory_with_something_wrong_is_told_of(String name, String value, String message) {
        assertThatThrownBy(() -> environment(DIRECTORY, name, value).settings())
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "CHAPERONE_CHANNEL_CA | | CHAPERONE_CHANNEL_CA is not set",
            "CHAPERONE_CHANNEL_CA | no certificate | not certificates in PEM",
            "CHAPERONE_TOKEN_FILE | | CHAPERONE_TOKEN_FILE is not set"})
    void a_channel_with_something_wrong_is_told_of(String name, String value, String message) {
        assertThatThrownBy(() -> environment(CHANNEL, name, value).source())
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "CHAPERONE_POD_NAME | | CHAPERONE_POD_NAME is not set",
            "CHAPERONE_CREDENTIALS_DIRECTORY | /credentials | is not for CHAPERONE_CHANNEL_URL"})
    void what_the_channel_cannot_do_with_is_told_of(String name, String value, String message) {
        assertThatThrownBy(() -> environment(CHANNEL, name, value).settings())
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining(message);
    }

    @Test
    void records_wait_in_a_spool_where_there_is_one() {
        // Given
        Map<String, String> variables = new HashMap<>(CHANNEL);
        variables.put("CHAPERONE_SPOOL_DIRECTORY", "/spool");

        // When
        GuardrailSettings usual = new GuardrailEnvironment(variables).settings();
        variables.put("CHAPERONE_SPOOL_BYTES", "8388608");
        GuardrailSettings smaller = new GuardrailEnvironment(variables).settings();

        // Then
        assertThat(usual.spool()).isEqualTo(SpoolSettings.of(Path.of("/spool"), 64 << 20));
        assertThat(smaller.spool()).isEqualTo(SpoolSettings.of(Path.of("/spool"), 8 << 20));
        assertThat(new GuardrailEnvironment(CHANNEL).settings().spool()).isNull();
    }

    @ParameterizedTest
    @CsvSource({"x, is no number", "1024, a spool has 4194304 bytes or more"})
    void a_spool_of_no_size_is_told_of(String bytes, String message) {
        // Given
        Map<String, String> variables = new HashMap<>(CHANNEL);
        variables.put("CHAPERONE_SPOOL_DIRECTORY", "/spool");
        variables.put("CHAPERONE_SPOOL_BYTES", bytes);

        // When, Then
        assertThatThrownBy(() -> new GuardrailEnvironment(variables).settings())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("CHAPERONE_SPOOL_BYTES").hasMessageContaining(message);
    }
}
