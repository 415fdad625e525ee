package dev.chaperone.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.chaperone.controller.evidence.OtlpSettings;
import dev.chaperone.controller.plan.EgressSettings;
import dev.chaperone.injection.GuardrailSettings.PullPolicy;
import dev.chaperone.injection.GuardrailSettings.Resources;
import dev.chaperone.injection.TrustedController;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OperatorSettingsTest {
    private static final Map<String, String> LEAST = Map.of(
            "CHAPERONE_OPERATOR_NAMESPACE", "chaperone-system", "CHAPERONE_POD_NAME", "chaperone-operator-1",
            "CHAPERONE_POD_IP", "10.0.0.7", "CHAPERONE_GUARDRAIL_IMAGE", "guardrail@sha256:0");

    private static Map<String, String> with(String name, String value) {
        Map<String, String> environment = new TreeMap<>(LEAST);
        environment.put(name, value);
        return environment;
    }

    @Test
    void whatIsNotSaidHasItsDefault() {
        // When
        OperatorSettings settings = OperatorSettings.of(LEAST);

        // Then
        assertThat(settings.pullPolicy()).isEqualTo(PullPolicy.IF_NOT_PRESENT);
        assertThat(settings.resources()).isEqualTo(Resources.DEFAULT);
        assertThat(settings.trustedControllers()).isEmpty();
        assertThat(settings.clusterRole()).isNull();
        assertThat(settings.collector()).isNull();
        assertThat(settings.egress()).isEqualTo(EgressSettings.of("chaperone-system", EgressSettings.DNS));
        assertThat(settings.serverNames()).contains(
                "chaperone-webhook.chaperone-system.svc", "chaperone-channel.chaperone-system.svc");
    }

    @Test
    void whereNamesAreResolvedIsSaidAsANetworkPolicySaysIt() {
        // When
        OperatorSettings settings = OperatorSettings.of(with(
                "CHAPERONE_EGRESS_DNS",
                "[{\"to\":[{\"ipBlock\":{\"cidr\":\"169.254.20.10/32\"}}],\"ports\":[{\"port\":53}]}]"));

        // Then
        assertThat(settings.egress().rules()).hasSize(2).first().satisfies(rule -> {
            assertThat(rule.getTo().getFirst().getIpBlock().getCidr()).isEqualTo("169.254.20.10/32");
            assertThat(rule.getPorts().getFirst().getPort().getIntVal()).isEqualTo(53);
            assertThat(rule.getPorts().getFirst().getProtocol()).isEqualTo("TCP");
        });
    }

    @Test
    void resourcesAreThoseOfAContainer() {
        // When
        OperatorSettings settings = OperatorSettings.of(with(
                "CHAPERONE_GUARDRAIL_RESOURCES",
                "{\"requests\":{\"cpu\":\"0.02\"},\"limits\":{\"memory\":\"512Mi\"}}"));

        // Then
        assertThat(settings.resources()).isEqualTo(new Resources("20m", "128Mi", null, "512Mi"));
    }

    @Test
    void controllersAreTrustedOneByOne() {
        // When
        OperatorSettings settings = OperatorSettings.of(with(
                "CHAPERONE_TRUSTED_CONTROLLERS",
                "[{\"group\":\"argoproj.io\",\"kind\":\"Workflow\",\"user\":\"system:serviceaccount:argo:argo\"}]"));

        // Then
        assertThat(settings.trustedControllers()).containsExactly(
                new TrustedController("argoproj.io", "Workflow", "system:serviceaccount:argo:argo"));
    }

    @Test
    void theCollectorIsWhereTheChartSays() {
        // Given
        Map<String, String> environment = with("CHAPERONE_AUDIT_OTLP_ENDPOINT", "https://collector:4318");
        environment.put("CHAPERONE_AUDIT_OTLP_HEADERS_FILE", "/etc/chaperone/collector/headers");
        environment.put("CHAPERONE_AUDIT_OTLP_CA_FILE", "");

        // When
        OperatorSettings settings = OperatorSettings.of(environment);

        // Then
        assertThat(settings.collector()).isEqualTo(new OtlpSettings(
                URI.create("https://collector:4318"), Path.of("/etc/chaperone/collector/headers"), null,
                Duration.ofSeconds(10)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            CHAPERONE_OPERATOR_NAMESPACE    | ''
            CHAPERONE_GUARDRAIL_PULL_POLICY | Sometimes
            CHAPERONE_GUARDRAIL_RESOURCES   | {
            CHAPERONE_TRUSTED_CONTROLLERS   | [{"kind":1,"usr":""}]
            CHAPERONE_AUDIT_OTLP_ENDPOINT   | collector:4318
            CHAPERONE_AUDIT_OTLP_ENDPOINT   | http://a b
            """)
    void whatIsWrongIsNamed(String variable, String value) {
        assertThatIllegalArgumentException().isThrownBy(() -> OperatorSettings.of(with(variable, value)))
                .withMessageContaining(variable);
    }
}
