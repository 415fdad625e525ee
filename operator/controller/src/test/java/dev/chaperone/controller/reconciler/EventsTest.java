package dev.chaperone.controller.reconciler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chaperone.api.ToolPolicy;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EventsTest {
    private final List<Event> told = new ArrayList<>();

    @Test
    void whatIsCutOffIsSeenToBe() {
        // Given
        ToolPolicy policy = new ToolPolicy();
        policy.getMetadata().setNamespace("dev");
        policy.getMetadata().setName("coder");

        // When
        new Events(ToldEvents.in(told), "here", Clock.systemUTC()).loosened(policy, List.of("\u20ac".repeat(2000)));

        // Then
        assertThat(told).singleElement().satisfies(event -> {
            assertThat(event.getNote()).endsWith("\u20ac…");
            assertThat(event.getNote().getBytes(StandardCharsets.UTF_8)).hasSizeLessThanOrEqualTo(1024);
        });
    }
}
