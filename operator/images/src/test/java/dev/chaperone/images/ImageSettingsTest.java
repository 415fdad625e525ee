package dev.chaperone.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Properties;
import org.junit.jupiter.api.Test;

class ImageSettingsTest {
    private final Properties properties = new Properties();

    @Test
    void takesWhatIsEmptyForNotSet() throws Exception {
        // Given
        properties.setProperty("image.base", "");
        properties.setProperty("image.jmods", " ");

        // When
        ImageSettings settings = ImageSettings.of(properties);

        // Then
        assertThat(settings.base()).isEqualTo("debian:bookworm-slim");
        assertThat(settings.jmods()).isEmpty();
        assertThat(settings.repository()).isEmpty();
        assertThat(settings.aot()).isTrue();
    }

    @Test
    void separatesTheRepositoryFromTheName() throws Exception {
        // Given
        properties.setProperty("image.repository", "example.com/team");

        // When
        ImageSettings settings = ImageSettings.of(properties);

        // Then
        assertThat(settings.repository()).isEqualTo("example.com/team/");
    }

    @Test
    void knowsWhatRunsHere() throws Exception {
        // Given
        properties.setProperty("image.platform", "linux/none");

        // When
        ImageSettings settings = ImageSettings.of(properties);

        // Then
        assertThat(settings.runsHere()).isFalse();
        assertThat(settings.platform().getArchitecture()).isEqualTo("none");
    }

    @Test
    void refusesAPlatformWithoutSystem() {
        // Given
        properties.setProperty("image.platform", "arm64");

        // When, Then
        assertThatThrownBy(() -> ImageSettings.of(properties)).isInstanceOf(ImageUnavailableException.class)
                .hasMessageContaining("linux/arm64");
    }
}
