package dev.chaperone.controller.view;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class FactStoreTest {
    private final AtomicInteger changes = new AtomicInteger();
    private final FactStore<Pod, PodFacts> store = new FactStore<>(Pod::new, Facts::of, changes::incrementAndGet);

    @Test
    void tellsOnlyOfChangesThatMatter() {
        // Given
        store.put("dev/p", pod("1", "Running", "10.0.0.1"));

        // When
        store.put("dev/p", pod("2", "Running", "10.0.0.2"));

        // Then
        assertThat(changes).hasValue(1);
        assertThat(store.get("dev/p").getMetadata().getResourceVersion()).isEqualTo("2");
    }

    @Test
    void keepsOfAnObjectWhoItIs() {
        // When
        store.put("dev/p", pod("1", "Running", "10.0.0.1"));

        // Then
        assertThat(store.get("dev/p").getStatus()).isNull();
        assertThat(store.getKey(store.get("dev/p"))).isEqualTo("dev/p");
        assertThat(store.facts()).extracting(PodFacts::isRunning).containsExactly(true);
    }

    @Test
    void tellsOfWhatGoes() {
        // Given
        store.put("dev/p", pod("1", "Running", "10.0.0.1"));

        // When
        store.remove("dev/p");
        store.remove("dev/p");

        // Then
        assertThat(changes).hasValue(2);
        assertThat(store.facts()).isEmpty();
    }

    private static Pod pod(String version, String phase, String ip) {
        return new PodBuilder().withNewMetadata().withNamespace("dev").withName("p").withUid("u")
                .withResourceVersion(version).addToLabels("app", "p").endMetadata()
                .withNewStatus().withPhase(phase).withPodIP(ip).endStatus().build();
    }
}
