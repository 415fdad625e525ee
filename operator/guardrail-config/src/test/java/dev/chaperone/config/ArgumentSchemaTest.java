package dev.chaperone.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.chaperone.config.ArgumentSchema.JsonType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArgumentSchemaTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            1                                                  | /: a schema is an object or true
            false                                              | /: nothing fits false; only additionalProperties may be false
            {'items': false}                                   | /items: nothing fits false; only additionalProperties may be false
            {'properties': {'x/y': false}}                     | /properties/x~1y: nothing fits false; only additionalProperties may be false
            {'anyOf': [true, false]}                           | /anyOf: nothing fits false; only additionalProperties may be false
            {'items': [{}]}                                    | /items: a schema is an object or true
            {'additionalProperties': null}                     | /additionalProperties: a schema is an object or true
            {'type': 'int'}                                    | /type: "int" is not a type of JSON Schema
            {'type': []}                                       | /type: is empty, so nothing would fit
            {'type': null}                                     | /type: null is not a type of JSON Schema
            {'enum': []}                                       | /enum: is empty, so nothing would fit
            {'enum': 'a'}                                      | /enum: is an array
            {'enum': [1, 'a'], 'const': 2}                     | /const: is not in the enum beside it, so nothing would fit
            {'anyOf': []}                                      | /anyOf: is empty, so nothing would fit
            {'oneOf': {}}                                      | /oneOf: is an array
            {'allOf': []}                                      | /allOf: is empty, so nothing would fit
            {'required': [1]}                                  | /required: names are strings
            {'properties': []}                                 | /properties: is an object
            {'$ref': 'other.json'}                             | /$ref: only references into the same document are followed, not 'other.json'
            {'properties': {'a': {'$ref': '#/$defs/gone'}}}    | /properties/a/$ref: nothing is at '#/$defs/gone'
            """)
    void refusesWhatItCannotReadWithThePlace(String schema, String message) {
        assertThatThrownBy(() -> parse(schema)).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            {'enum': [1, 2], 'const': 2.0}                       | {'const': 2.0}
            {'enum': [{'a': [1]}], 'const': {'a': [1.0]}}        | {'const': {'a': [1.0]}}
            {'allOf': [{'type': 'string'}]}                      | {'type': 'string'}
            {'anyOf': [{'type': 'string'}]}                      | {'type': 'string'}
            {'$ref': '#/$defs/a', 'title': 'x', '$defs': {'a': {'type': 'string'}}} | {'type': 'string'}
            {'allOf': [true, {'type': 'string'}, true]}          | {'type': 'string', 'anyOf': [true]}
            {'type': 'object', 'not': {}, 'minProperties': 2}    | {'type': 'object'}
            {'type': 'integer', 'allOf': [{'enum': [1]}]}        | {'type': 'integer', 'anyOf': [{'enum': [1]}]}
            {'anyOf': [{'type': 'string'}, {'type': 'null'}], 'oneOf': [{'enum': ['a', null]}, {'const': 1}]} | {'anyOf': [{'type': 'string', 'anyOf': [{'enum': ['a', null]}, {'const': 1}]}, {'type': 'null', 'anyOf': [{'enum': ['a', null]}, {'const': 1}]}]}
            {'$ref': '#/$defs/a', 'required': ['x'], '$defs': {'a': {'type': 'object'}}} | {'required': ['x'], 'anyOf': [{'type': 'object'}]}
            """)
    void readsKeywordsThatStandTogetherAsAllOfThem(String schema, String same) throws Exception {
        assertThat(parse(schema)).isEqualTo(parse(same));
    }

    @Test
    void readsOneSchemaOfEveryKeyword() throws Exception {
        // When
        ArgumentSchema schema = parse("""
                {'type': ['object', 'null'], 'required': ['b', 'a'], 'additionalProperties': false,
                 'properties': {'a': {'type': 'array', 'items': {'type': 'integer'}},
                                'b': {'type': 'object', 'additionalProperties': {'type': 'number'}}}}""");

        // Then
        assertThat(schema.types()).containsExactly(JsonType.NULL, JsonType.OBJECT);
        assertThat(schema.required()).containsExactly("a", "b");
        assertThat(schema.closed()).isTrue();
        assertThat(schema.additionalProperties()).isNull();
        assertThat(schema.properties().get("a").items().types()).containsExactly(JsonType.INTEGER);
        assertThat(schema.properties().get("b").additionalProperties().types()).containsExactly(JsonType.NUMBER);
        assertThat(schema.properties().get("b").closed()).isFalse();
    }

    @Test
    void readsTreesOfAnyDepth() throws Exception {
        // When
        ArgumentSchema byDefinition = parse("""
                {'$ref': '#/$defs/node', '$defs': {'node': {'type': 'object', 'properties': {
                    'left': {'$ref': '#/$defs/node'}, 'right': {'$ref': '#/$defs/node'}}}}}""");
        ArgumentSchema byRoot = parse("{'type': 'object', 'properties': {'left': {'$ref': '#'}}}");

        // Then
        assertThat(byDefinition.properties()).containsOnlyKeys("left", "right")
                .containsValue(ArgumentSchema.ANYTHING);
        assertThat(byRoot.properties()).containsEntry("left", ArgumentSchema.ANYTHING);
    }

    @Test
    void boundsWhatReferencesMultiply() {
        // Given
        StringBuilder definitions = new StringBuilder("'d0': {'type': 'string'}");
        for (int i = 1; i <= 15; i++) {
            String below = "{'$ref': '#/$defs/d" + (i - 1) + "'}";
            definitions.append(", 'd" + i + "': {'properties': {'a': " + below + ", 'b': " + below + "}}");
        }

        // Then
        assertThatThrownBy(() -> parse("{'$ref': '#/$defs/d15', '$defs': {" + definitions + "}}"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("more than 5000 parts").hasMessageStartingWith("#/$defs/d");
    }

    @Test
    void boundsWhatConditionsMultiply() {
        String either = "{'anyOf': [{'type': 'string'}, {'type': 'null'}, {'type': 'array'}]}";
        assertThatThrownBy(() -> parse("{'allOf': [" + either + (", " + either).repeat(11) + "]}"))
                .hasMessageContaining("more than 5000 parts");
        assertThatThrownBy(() -> parse("{'allOf': [" + "{'type': 'string'}, ".repeat(40) + "{'type': 'null'}]}"))
                .hasMessage("/: nested deeper than 32");
    }

    @Test
    void boundsTheDepthAlsoOfWhatItDoesNotRead() {
        assertThatThrownBy(() -> parse("{'properties': {'a': ".repeat(33) + "{}" + "}}".repeat(33)))
                .hasMessageContaining("nested deeper than 32");
        assertThatThrownBy(() -> parse("{'examples': " + "[".repeat(250) + "]".repeat(250) + "}"))
                .hasMessage("/: nested deeper than 200");
    }

    private static ArgumentSchema parse(String schema) throws Exception {
        return ArgumentSchema.parse(tree(schema));
    }

    private static JsonNode tree(String schema) throws Exception {
        return JSON.readTree(schema.replace('\'', '"'));
    }
}
