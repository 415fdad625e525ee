package dev.chaperone.injection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chaperone.injection.GuardrailSettings.PullPolicy;
import dev.chaperone.injection.GuardrailSettings.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.jupiter.api.Test;

class GuardrailSettingsTest {
    @ParameterizedTest
    @ValueSource(strings = {"guardrail", "guardrail:1.0", "guardrail@sha256:12", "guardrail@sha512:00", "@sha256:"})
    void anImageThatMayChangeIsRefused(String image) {
        assertThatThrownBy(
                () -> new GuardrailSettings(
                        image, PullPolicy.ALWAYS, Settings.TYPICAL.channelUrl(), Settings.TYPICAL.channelCa(),
                        Resources.DEFAULT))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining(image);
    }

    @Test
    void aChannelInTheClearIsRefused() {
        assertThatThrownBy(
                () -> new GuardrailSettings(
                        Settings.TYPICAL.image(), PullPolicy.ALWAYS, "http://chaperone-channel.x.svc",
                        Settings.TYPICAL.channelCa(), Resources.DEFAULT))
                .hasMessageContaining("https");
    }

    @Test
    void quantitiesAreWhatTheApiServerStores() {
        Resources resources = new Resources("0.5", "1024Mi", "2000m", "2048Mi");

        assertThat(resources).isEqualTo(new Resources("500m", "1Gi", "2", "2Gi"));
    }

    @Test
    void aLimitOfCpuIsThereOnlyWhenItIsWanted() {
        GuardrailSettings limited = new GuardrailSettings(
                Settings.TYPICAL.image(), PullPolicy.ALWAYS, Settings.TYPICAL.channelUrl(),
                Settings.TYPICAL.channelCa(), new Resources("10m", "128Mi", "1", "256Mi"));

        assertThat(GuardrailContainer.container(limited).at("/resources/limits/cpu").asText()).isEqualTo("1");
        assertThat(GuardrailContainer.container(Settings.TYPICAL).at("/resources/limits").has("cpu")).isFalse();
    }
}
