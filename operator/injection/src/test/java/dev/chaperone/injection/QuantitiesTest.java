package dev.chaperone.injection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** As ParseQuantity and then String of apimachinery. */
class QuantitiesTest {
    @ParameterizedTest
    @CsvSource({
            "10m,10m", "0.01,10m", "1,1", "1.0,1", "1000m,1", "1500m,1500m", "1.5,1500m", "0.1k,100", "1000k,1M",
            "128Mi,128Mi", "1024Mi,1Gi", "0.5Gi,512Mi", "1.5Gi,1536Mi", "131072Ki,128Mi", "512Ki,512Ki", "0.5Ki,512",
            "134217728,134217728", "128000000,128M", "0,0", "0Mi,0", ".5,500m", "2.,2", "100n,100n", "1Ki,1Ki"
    })
    void areWrittenAsTheApiServerStoresThem(String written, String stored) {
        assertThat(Quantities.canonical(written)).isEqualTo(stored);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "m", "-1", "1 Gi", "1GB", "1mi", "0.1n", "0.0001Ki1", "1e3"})
    void whatIsNoneIsRefused(String text) {
        assertThatThrownBy(() -> Quantities.canonical(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
