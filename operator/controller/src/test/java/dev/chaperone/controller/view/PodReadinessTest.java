package dev.chaperone.controller.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chaperone.api.GuardrailPod;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PodReadinessTest {
    @ParameterizedTest(name = "pod {0}, guardrail {1}: {2}")
    @CsvSource(textBlock = """
            True,  true,  true
            # The agent's own probe fails, or its node is not heard of.
            False, true,  false
            # The guardrail stands still.
            False, false, true
            """)
    void onlyItsOwnFaultExcusesAPod(String podReady, boolean guardrailReady, boolean counts) {
        // Given
        Pod pod = new PodBuilder()
                .withNewMetadata().withNamespace("dev").withName("coder-1").withUid("1").endMetadata()
                .withNewSpec().endSpec()
                .withNewStatus().withPhase("Running")
                .addNewCondition().withType("Ready").withStatus(podReady).endCondition()
                .addNewInitContainerStatus().withName(GuardrailPod.CONTAINER).withReady(guardrailReady)
                .endInitContainerStatus()
                .endStatus().build();

        // When
        PodFacts facts = Facts.of(pod);

        // Then
        assertThat(facts.ready()).isEqualTo(counts);
    }
}
