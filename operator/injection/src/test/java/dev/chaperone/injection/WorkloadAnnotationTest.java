package dev.chaperone.injection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chaperone.api.Workload;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkloadAnnotationTest {
    private static final Workload CODER = new Workload("apps/v1", "Deployment", "coder", "7d1c");

    @Test
    void isCompactJson() {
        assertThat(WorkloadAnnotation.write(CODER)).isEqualTo(
                "{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"name\":\"coder\",\"uid\":\"7d1c\"}");
        assertThat(WorkloadAnnotation.write(Workload.POD)).isEqualTo("{\"apiVersion\":\"v1\",\"kind\":\"Pod\"}");
    }

    @Test
    void isReadAsItWasWritten() {
        assertThat(WorkloadAnnotation.read(WorkloadAnnotation.write(CODER))).isEqualTo(CODER);
        assertThat(WorkloadAnnotation.read(WorkloadAnnotation.write(Workload.POD))).isEqualTo(Workload.POD);
    }

    @ParameterizedTest
    @ValueSource(strings = {
            "", "{}", "null", "[]", "{\"apiVersion\":\"apps/v1\"}",
            "{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\"}",
            "{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"name\":\"coder\"}",
            "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"uid\":\"7d1c\"}", "{\"apiVersion\":\"v1\",\"kind\":\"Pod\" }",
            "{\"kind\":\"Pod\",\"apiVersion\":\"v1\"}", "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"kind\":\"Pod\"}",
            "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"more\":1}"})
    void whatAdmissionDoesNotWriteIsNone(String text) {
        assertThat(WorkloadAnnotation.read(text)).isNull();
    }
}
