package dev.chaperone.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every field of every CRD owes to those who read and to those who check it. */
class CrdSchemaTest {
    private static final int SHORTEST_DESCRIPTION = 6;

    static Collection<String> crds() {
        return CrdGenerator.generate().values();
    }

    @ParameterizedTest
    @MethodSource("crds")
    void everyFieldIsDescribedAndBounded(String crd) throws Exception {
        // Given
        JsonNode schema = new ObjectMapper(new YAMLFactory()).readTree(crd)
                .at("/spec/versions/0/schema/openAPIV3Schema");
        List<String> faults = new ArrayList<>();

        // When
        check(schema, "", faults);

        // Then
        assertThat(schema.path("properties").has("spec")).isTrue();
        assertThat(faults).isEmpty();
    }

    @Test
    void aConfigIsOwnedAsAWhole() throws Exception {
        // Given
        String crd = CrdGenerator.generate().get("guardrailconfigs.chaperone.dev.yaml");

        // When
        JsonNode spec = new ObjectMapper(new YAMLFactory()).readTree(crd)
                .at("/spec/versions/0/schema/openAPIV3Schema/properties/spec");

        // Then
        assertThat(spec.path("x-kubernetes-map-type").asText()).isEqualTo("atomic");
    }

    private static void check(JsonNode schema, String path, List<String> faults) {
        if (schema.path("description").asText().length() < SHORTEST_DESCRIPTION) {
            faults.add(path + " has no description");
        }
        String missing = switch (schema.path("type").asText()) {
            case "string" -> schema.has("enum") ? null : "maxLength";
            case "array" -> schema.has("x-kubernetes-list-type") ? "maxItems" : "x-kubernetes-list-type";
            case "integer" -> schema.has("minimum") ? "maximum" : "minimum";
            case "boolean" -> null;
            case "object" -> schema.has("properties") ? null : "maxProperties";
            default -> "type";
        };
        if (missing != null && !schema.has(missing)) {
            faults.add(path + " has no " + missing);
        }
        if (schema.has("default")) {
            faults.add(path + " has a default, see README.md");
        }
        schema.path("properties").properties()
                .forEach(field -> check(field.getValue(), path + "." + field.getKey(), faults));
        for (String below : List.of("items", "additionalProperties")) {
            if (schema.has(below)) {
                check(schema.path(below), path + (below.equals("items") ? "[]" : "{}"), faults);
            }
        }
    }
}
