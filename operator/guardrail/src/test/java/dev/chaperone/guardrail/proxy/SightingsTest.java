package dev.chaperone.guardrail.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.chaperone.config.AgentIdentity;
import dev.chaperone.config.Digests;
import dev.chaperone.config.GuardrailConfigSpec;
import dev.chaperone.config.JsonTrees;
import dev.chaperone.config.ServerConfig;
import dev.chaperone.config.Stakes;
import dev.chaperone.config.ToolConfig;
import dev.chaperone.config.ToolDefinitions;
import dev.chaperone.config.channel.ChangedDefinition;
import dev.chaperone.guardrail.engine.Definitions.State;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SightingsTest {
    private static final Instant NOW = Instant.parse("2026-11-26T12:00:00.123Z");
    private static final String GOOD = "{\"name\":\"t\"}";
    private static final String BAD = "{\"name\":\"t\",\"description\":\"x\"}";
    private static final String PIN = digest(GOOD);
    private static final ServerConfig SERVER = server("files", "http://f");

    private long nanos = 5;
    private final Sightings sightings = new Sightings(() -> nanos, Clock.fixed(NOW, ZoneOffset.UTC));

    private static ServerConfig server(String name, String url) {
        return new ServerConfig(name, url, List.of(), false, List.of(new ToolConfig("t", Stakes.LOW, null, PIN)));
    }

    private static ObjectNode message(String tools) {
        try {
            return (ObjectNode) JsonTrees.readEveryDigit(
                    ("{\"result\":{\"tools\":[" + tools + "]}}").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static String digest(String tool) {
        return ToolDefinitions.digest(message(tool).path("result").path("tools").get(0));
    }

    private void agentSees(String tools) {
        sightings.shownToAgent(SERVER, message(tools), nanos, true);
    }

    private void guardrailSees(String tools) {
        var listed = new ListedDefinitions(Set.of("t"));
        listed.add((ArrayNode) message(tools).path("result").path("tools"));
        sightings.looked(SERVER, listed, nanos);
    }

    private void passes(Duration time) {
        nanos += time.toNanos();
    }

    private State state() {
        return sightings.of(SERVER).state("t", PIN);
    }

    private boolean needsLook() {
        return sightings.needsLook(SERVER, "t", PIN);
    }

    private List<ChangedDefinition> changed() {
        return sightings.changed(GuardrailConfigSpec.of(new AgentIdentity("dev", "a", new TreeMap<>()),
                List.of(SERVER), List.of(), List.of()));
    }

    @Test
    void what_was_seen_is_relied_on_for_a_minute() {
        // Given
        assertThat(state()).isEqualTo(State.UNKNOWN);
        assertThat(needsLook()).isTrue();
        guardrailSees(GOOD);
        passes(Sightings.FRESH);
        assertThat(state()).isEqualTo(State.AS_PINNED);
        assertThat(needsLook()).isFalse();

        // When
        passes(Duration.ofNanos(1));

        // Then
        assertThat(state()).isEqualTo(State.UNKNOWN);
        assertThat(needsLook()).isTrue();
        assertThat(changed()).isEmpty();
    }

    @Test
    void each_list_that_the_agent_is_shown_renews_it() {
        // Given
        guardrailSees(GOOD);
        passes(Duration.ofSeconds(50));
        agentSees(GOOD);

        // When
        passes(Duration.ofSeconds(50));

        // Then
        assertThat(state()).isEqualTo(State.AS_PINNED);
        assertThat(needsLook()).isFalse();
    }

    @Test
    void a_difference_stays_until_a_look_shows_the_pinned_definition_and_is_looked_at_again_soon() {
        // Given
        guardrailSees(BAD);
        agentSees(GOOD);
        assertThat(state()).isEqualTo(State.CHANGED);
        assertThat(needsLook()).isFalse();
        passes(Sightings.AGAIN.plusNanos(1));
        assertThat(needsLook()).isTrue();
        passes(Duration.ofDays(1));
        assertThat(state()).isEqualTo(State.CHANGED);

        // When
        guardrailSees(GOOD);

        // Then
        assertThat(state()).isEqualTo(State.AS_PINNED);
        assertThat(changed()).isEmpty();
    }

    @Test
    void what_the_agent_alone_is_shown_outlives_the_guardrails_look_and_is_forgotten_in_the_end() {
        // Given
        agentSees(BAD);
        guardrailSees(GOOD);
        assertThat(state()).isEqualTo(State.CHANGED);
        passes(Sightings.FORGOTTEN.plusNanos(1));
        assertThat(state()).isEqualTo(State.CHANGED);

        // When
        guardrailSees(GOOD);

        // Then
        assertThat(state()).isEqualTo(State.AS_PINNED);
    }

    @Test
    void an_agent_that_is_shown_the_pinned_definition_again_may_call_the_tool_again() {
        // Given
        agentSees(BAD);
        assertThat(state()).isEqualTo(State.CHANGED);

        // When
        agentSees(GOOD);

        // Then
        assertThat(state()).isEqualTo(State.AS_PINNED);
    }

    @Test
    void a_change_that_is_told_makes_all_that_was_asked_before_worthless() {
        // Given
        long asked = nanos;
        passes(Duration.ofSeconds(1));
        sightings.doubted(SERVER);

        // When
        sightings.shownToAgent(SERVER, message(GOOD), asked, true);

        // Then
        assertThat(state()).isEqualTo(State.UNKNOWN);
        assertThat(needsLook()).isTrue();
        passes(Duration.ofNanos(1));
        guardrailSees(GOOD);
        assertThat(state()).isEqualTo(State.AS_PINNED);
    }

    @Test
    void an_answer_that_was_overtaken_by_a_later_one_says_nothing() {
        // Given
        long asked = nanos;
        passes(Duration.ofSeconds(1));
        agentSees(BAD);

        // When
        sightings.shownToAgent(SERVER, message(GOOD), asked, true);

        // Then
        assertThat(state()).isEqualTo(State.CHANGED);
    }

    @Test
    void what_nobody_asked_for_counts_when_it_differs_and_proves_nothing() {
        // When
        sightings.shownToAgent(SERVER, message(GOOD), nanos, false);

        // Then
        assertThat(state()).isEqualTo(State.UNKNOWN);
        sightings.shownToAgent(SERVER, message(BAD), nanos, false);
        assertThat(state()).isEqualTo(State.CHANGED);
    }

    @Test
    void a_page_without_the_tool_says_nothing_and_a_whole_list_without_it_does() {
        // Given
        guardrailSees(GOOD);
        agentSees("{\"name\":\"other\"}");
        assertThat(state()).isEqualTo(State.AS_PINNED);

        // When
        guardrailSees("{\"name\":\"other\"}");

        // Then
        assertThat(changed()).containsExactly(
                new ChangedDefinition("files", "t", ChangedDefinition.MISSING, NOW));
    }

    @Test
    void the_report_says_what_was_seen_and_since_when_until_that_is_pinned() {
        // Given
        guardrailSees(BAD);
        passes(Duration.ofMinutes(3));
        guardrailSees(BAD);

        // When
        List<ChangedDefinition> changed = changed();

        // Then
        assertThat(changed).containsExactly(new ChangedDefinition("files", "t", digest(BAD), NOW));
        assertThat(sightings.of(SERVER).state("t", digest(BAD))).isEqualTo(State.AS_PINNED);
    }

    @Test
    void what_was_seen_of_a_server_is_nothing_that_is_known_of_the_one_that_takes_its_name() {
        // When
        guardrailSees(GOOD);

        // Then
        assertThat(sightings.of(server("files", "http://other")).state("t", PIN)).isEqualTo(State.UNKNOWN);
        assertThat(sightings.of(server("other", "http://f")).state("t", PIN)).isEqualTo(State.UNKNOWN);
        assertThat(sightings.of(SERVER).state("t", Digests.of(new byte[0]))).isEqualTo(State.CHANGED);
    }
}
