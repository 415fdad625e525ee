package dev.chaperone.images;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BaseImageTest {
    @TempDir
    private Path directory;

    @Test
    void tellsThatAFileIsNotThere() throws Exception {
        // Given
        BaseImage base = base("tar://" + directory.resolve("none.tar"));

        // When, Then
        assertThatThrownBy(() -> base.require(directory)).isInstanceOf(ImageUnavailableException.class)
                .hasMessageContaining("none.tar");
    }

    @Test
    void tellsThatARegistryDoesNotAnswer() throws Exception {
        // Given
        BaseImage base = base("registry.invalid/base:1");

        // When, Then
        assertThatThrownBy(() -> base.require(directory)).isInstanceOf(ImageUnavailableException.class)
                .hasMessageContaining("the base image registry.invalid/base:1 cannot be had")
                .hasMessageContaining("UnknownHostException");
    }

    private BaseImage base(String name) throws ImageUnavailableException {
        Properties properties = new Properties();
        properties.setProperty("image.base", name);
        return new BaseImage(ImageSettings.of(properties));
    }
}
