package dev.chaperone.injection;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.chaperone.api.Workload;
import dev.chaperone.injection.GuardrailSettings.PullPolicy;
import dev.chaperone.injection.GuardrailSettings.Resources;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExemptPodTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static JsonNode pod(String metadata, String spec) throws Exception {
        return JSON.readTree("{\"metadata\": {" + metadata + "}, \"spec\": {" + spec + "}}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            "serviceAccountName": "postgres"                            | dev/postgres
            "serviceAccountName": "postgres", "serviceAccount": "other" | dev/postgres
            "serviceAccountName": ""                                    | dev/default
            "containers": []                                            | dev/default
            """)
    void itsServiceAccountIsTheOneThatCounts(String spec, String account) throws Exception {
        assertThat(ExemptPod.accountOf(pod("", spec), "dev")).isEqualTo(account);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            "annotations": {"chaperone.dev/workload": ""} | "containers": [] | the annotation chaperone.dev/workload
            "labels": {"chaperone.dev/agent": "a"} | "containers": [] | the label chaperone.dev/agent
            "name": "a" | "containers": [{"name": "a"}, {"name": "chaperone-guardrail"}] | a container chaperone-guardrail
            "name": "a" | "initContainers": [{"name": "chaperone-guardrail"}] | a container chaperone-guardrail
            "name": "a" | "ephemeralContainers": [{"name": "chaperone-guardrail"}] | a container chaperone-guardrail
            "name": "a" | "volumes": [{"name": "a"}, {"name": "chaperone-audit"}] | a volume chaperone-audit
            "labels": {"app": "a", "chaperone.dev/later": "a"} | "containers": [] | the label chaperone.dev/later
            "name": "a" | "initContainers": [{"name": "a"}, {"name": "chaperone-later"}] | a container chaperone-later
            "name": "a" | "volumes": [{"projected": {"sources": [{}, {"serviceAccountToken": {"audience": "guardrail.chaperone.dev"}}]}}] | a token of the audience guardrail.chaperone.dev
            """)
    void whatOnlyGovernedPodsHaveIsFound(String metadata, String spec, String mark) throws Exception {
        assertThat(ExemptPod.mark(pod(metadata, spec))).isEqualTo(mark);
    }

    @ParameterizedTest
    @ValueSource(strings = {
            "\"containers\": [{\"name\": \"guardrail\"}], \"volumes\": [{\"name\": \"chaperone\"}, {\"name\": \"my-chaperone-state\"}]",
            "\"volumes\": [{\"projected\": {\"sources\": [{\"serviceAccountToken\": {\"audience\": \"vault\"}}]}}]"})
    void whatOthersHaveIsNone(String spec) throws Exception {
        assertThat(ExemptPod.mark(pod("\"labels\": {\"app\": \"a\"}", spec))).isNull();
    }

    @Test
    void aGuardedPodHasSomething() throws Exception {
        // Given
        PodInjector injector = new PodInjector(new GuardrailSettings(
                "guardrail@sha256:" + "00".repeat(32), PullPolicy.IF_NOT_PRESENT,
                GuardrailSettings.channelUrl("chaperone-system"), "-----BEGIN CERTIFICATE-----\n", Resources.DEFAULT));

        // When
        JsonNode guarded = injector.inject(pod("", "\"containers\": [{\"name\": \"a\"}]"), Workload.POD);

        // Then
        assertThat(ExemptPod.mark(guarded)).isNotNull();
    }
}
