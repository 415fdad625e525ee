package dev.chaperone.policy.schema;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.chaperone.config.ArgumentSchema;
import dev.chaperone.policy.schema.ValueType.ListOf;
import dev.chaperone.policy.schema.ValueType.MapOf;
import dev.chaperone.policy.schema.ValueType.Scalar;
import dev.chaperone.policy.schema.ValueType.Struct;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArgumentTypesTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            {"type": "string"}                  | STRING
            {"type": "integer"}                 | INT
            {"type": "number"}                  | DOUBLE
            {"type": "boolean"}                 | BOOL
            {"type": "null"}                    | NULL
            {"type": ["integer", "number"]}     | DOUBLE
            {"type": ["string", "null"]}        | DYN
            {"type": ["string", "integer"]}     | DYN
            {"anyOf": [{"type": "string"}]}     | STRING
            {"anyOf": [{"type": "string"}, {}]} | DYN
            {"allOf": [{"type": "string"}]}     | STRING
            {"allOf": [{"type": "integer"}, {"type": "number"}]} | DYN
            {"type": "number", "anyOf": [{"type": "integer"}]}   | DYN
            {"type": "number", "allOf": [{"type": "integer"}]}   | DYN
            {"type": "string", "oneOf": [{}]}   | DYN
            {"enum": ["a", "b"]}                | STRING
            {"enum": ["a", 1]}                  | DYN
            {"enum": [1, 2]}                    | DYN
            {}                                  | DYN
            """)
    void readsScalars(String schema, Scalar expected) throws Exception {
        assertThat(type(schema)).isEqualTo(expected);
    }

    @Test
    void readsListsMapsAndObjects() throws Exception {
        assertThat(type("{'type': 'array', 'items': {'type': 'string'}}")).isEqualTo(new ListOf(Scalar.STRING));
        assertThat(type("{'type': 'array'}")).isEqualTo(new ListOf(Scalar.DYN));
        assertThat(type("{'type': 'object', 'additionalProperties': {'type': 'integer'}}"))
                .isEqualTo(new MapOf(Scalar.STRING, Scalar.INT));
        assertThat(type("{'type': 'object'}")).isEqualTo(new MapOf(Scalar.STRING, Scalar.DYN));
        assertThat(type("{'type': 'object', 'additionalProperties': false}")).isEqualTo(struct(Map.of()));
        assertThat(type("{'properties': {'a': {'type': 'object', 'properties': {'b': {'type': 'string'}}}}}"))
                .isEqualTo(struct(Map.of("a", struct(Map.of("b", Scalar.STRING)))));
    }

    @Test
    void unionHasTheFieldsOfBothAndDoubtsContradictions() {
        // Given
        Struct one = struct(Map.of(
                "same", Scalar.STRING, "differs", Scalar.INT, "mine", Scalar.BOOL, "deep",
                struct(Map.of("a", Scalar.INT)), "list", new ListOf(Scalar.INT)));
        Struct other = struct(Map.of(
                "same", Scalar.STRING, "differs", Scalar.DOUBLE, "yours", Scalar.BOOL, "deep",
                struct(Map.of("b", Scalar.INT)), "list", new ListOf(Scalar.STRING)));

        // When
        ValueType union = ArgumentTypes.union(one, other);

        // Then
        assertThat(union).isEqualTo(struct(Map.of(
                "same", Scalar.STRING, "differs", Scalar.DYN, "mine", Scalar.BOOL, "yours", Scalar.BOOL, "deep",
                struct(Map.of("a", Scalar.INT, "b", Scalar.INT)), "list", new ListOf(Scalar.DYN))));
        assertThat(ArgumentTypes.union(other, one)).isEqualTo(union);
        assertThat(ArgumentTypes.union(one, Scalar.DYN)).isEqualTo(Scalar.DYN);
    }

    @Test
    void unionOfMapsDoubtsOnlyWhatDiffers() {
        MapOf numbers = new MapOf(Scalar.STRING, Scalar.INT);
        assertThat(ArgumentTypes.union(numbers, new MapOf(Scalar.STRING, Scalar.STRING)))
                .isEqualTo(new MapOf(Scalar.STRING, Scalar.DYN));
        assertThat(ArgumentTypes.union(numbers, struct(Map.of("a", Scalar.INT)))).isEqualTo(Scalar.DYN);
        assertThat(ArgumentTypes.union(new ListOf(Scalar.INT), numbers)).isEqualTo(Scalar.DYN);
    }

    private static ValueType type(String schema) throws Exception {
        return ArgumentTypes.of(ArgumentSchema.parse(new ObjectMapper().readTree(schema.replace('\'', '"'))));
    }

    private static Struct struct(Map<String, ValueType> fields) {
        return new Struct(new TreeMap<>(fields));
    }
}
