package dev.chaperone.injection;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.chaperone.api.Workload;
import org.junit.jupiter.api.Test;

class AgentLabelTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Workload CODER = new Workload("apps/v1", "StatefulSet", "coder", "7d1c");

    private static JsonNode pod(String metadata) throws Exception {
        return JSON.readTree("{\"metadata\":" + metadata + "}");
    }

    @Test
    void isTheNameOfTheAgent() throws Exception {
        assertThat(AgentLabel.of(pod("{\"name\":\"coder-0\"}"), CODER)).isEqualTo("coder.statefulset");
        assertThat(AgentLabel.of(pod("{\"name\":\"coder\"}"), Workload.POD)).isEqualTo("coder.pod");
    }

    @Test
    void aPodThatHasNoNameYetHasNone() throws Exception {
        assertThat(AgentLabel.of(pod("{\"generateName\":\"coder-\"}"), Workload.POD)).isNull();
    }

    @Test
    void aLongNameIsALabelThatNoOtherAgentHas() throws Exception {
        // Given
        Workload one = new Workload("apps/v1", "Deployment", "a".repeat(70), "1");
        Workload other = new Workload("apps/v1", "Deployment", "a".repeat(71), "2");

        // When
        String label = AgentLabel.of(pod("{}"), one);

        // Then
        assertThat(label).hasSize(63).matches("[a-z0-9]([-a-z0-9_.]*[a-z0-9])?").contains("_")
                .isNotEqualTo(AgentLabel.of(pod("{}"), other));
    }

    @Test
    void whatAPodBringsAlongIsForgedUnlessItIsTheSame() throws Exception {
        assertThat(AgentLabel.isForged(pod("{}"), CODER)).isFalse();
        assertThat(AgentLabel.isForged(
                pod("{\"labels\":{\"chaperone.dev/agent\":\"coder.statefulset\"}}"), CODER)).isFalse();
        assertThat(AgentLabel.isForged(pod("{\"labels\":{\"chaperone.dev/agent\":\"payer\"}}"), CODER)).isTrue();
        assertThat(AgentLabel.isForged(
                pod("{\"generateName\":\"c-\",\"labels\":{\"chaperone.dev/agent\":\"\"}}"), Workload.POD)).isTrue();
    }
}
