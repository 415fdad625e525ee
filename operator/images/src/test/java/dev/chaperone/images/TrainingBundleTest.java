package dev.chaperone.images;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chaperone.config.BundleCodec;
import java.net.URI;
import org.junit.jupiter.api.Test;

class TrainingBundleTest {
    @Test
    void compilesAndNamesTheServerOfTheTraining() throws Exception {
        // Given
        URI url = URI.create("http://127.0.0.1:4711/mcp");

        // When
        byte[] bundle = TrainingBundle.of(url);

        // Then
        assertThat(BundleCodec.read(bundle).config().toString()).contains(url.toString());
    }
}
