package dev.chaperone.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chaperone.api.ToolServerSpec;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PinsTest {
    private static final KubernetesSerialization YAML = new KubernetesSerialization();

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            tools: [{name: a, definition: x}] | tools: [{name: a}] | tool a is no longer pinned, it was to x
            tools: [{name: a, definition: x}] | tools: [{name: b}] | tool a is no longer pinned, it was to x
            tools: [{name: a, definition: x}] | {} | tool a is no longer pinned, it was to x
            tools: [{name: a, definition: x}] | tools: [{name: a, definition: y}] | tool a is pinned to y, it was to x
            tools: [{name: a, definition: x}] | onDefinitionChange: Review; tools: [{name: a, definition: x}] | onDefinitionChange goes from Deny to Review: what changed can be approved
            onDefinitionChange: Deny; tools: [{name: a, definition: x}] | onDefinitionChange: Review; tools: [{name: a, definition: x}] | onDefinitionChange goes from Deny to Review: what changed can be approved
            """)
    void isSaidOfPinsThatHoldLess(String before, String after, String sentence) {
        assertThat(between(before, after)).containsExactly(sentence);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            tools: [{name: a, definition: x}] | tools: [{name: a, stakes: Low, definition: x}]
            tools: [{name: a}] | tools: [{name: a, definition: x}]
            {} | onDefinitionChange: Review; tools: [{name: a, definition: x}]
            tools: [{name: a}] | onDefinitionChange: Review; tools: [{name: a}]
            onDefinitionChange: Review; tools: [{name: a, definition: x}] | tools: [{name: a, definition: x}]
            tools: [{name: a, definition: x}, {name: b}] | tools: [{name: b}, {name: c, definition: z}, {name: a, definition: x}]
            """)
    void isNotSaidOfPinsThatHoldAsMuch(String before, String after) {
        assertThat(between(before, after)).isEmpty();
    }

    @Test
    void isSaidOfEachPinOfAServerThatIsGone() {
        Pins pins = pins("tools: [{name: b, definition: y}, {name: a, definition: x}]");

        assertThat(pins.loosenedTo(Pins.NONE))
                .containsExactly("tool a is no longer pinned, it was to x", "tool b is no longer pinned, it was to y");
    }

    private static List<String> between(String before, String after) {
        return pins(before).loosenedTo(pins(after));
    }

    private static Pins pins(String yaml) {
        return Pins.of(YAML.unmarshal(yaml.replace("; ", "\n"), ToolServerSpec.class));
    }
}
