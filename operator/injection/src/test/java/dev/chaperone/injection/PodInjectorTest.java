package dev.chaperone.injection;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chaperone.api.Workload;
import dev.chaperone.config.JsonTrees;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PodInjectorTest {
    @ParameterizedTest
    @ValueSource(strings = {
            "[]", "null", "1", "{\"spec\":[]}", "{\"spec\":{\"containers\":{}}}", "{\"spec\":{\"initContainers\":1}}",
            "{\"spec\":{\"volumes\":\"x\"}}", "{\"spec\":{\"containers\":[1]}}", "{\"metadata\":[]}",
            "{\"metadata\":{\"annotations\":[]}}", "{\"spec\":{\"containers\":[{\"env\":{}}]}}"})
    void whatIsNoPodIsRefused(String text) throws IOException {
        var tree = JsonTrees.read(text.getBytes(StandardCharsets.UTF_8));
        PodInjector injector = new PodInjector(Settings.TYPICAL);

        assertThatThrownBy(() -> injector.inject(tree, Workload.POD))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("not a pod");
    }
}
