package dev.chaperone.guardrail.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.chaperone.config.ArgumentSchema;
import dev.chaperone.guardrail.engine.Conformance.Result;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConformanceTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            {'enum': [[1, 'a'], {'k': [true]}]} | [1, 'a']        | true
            {'enum': [[1, 'a'], {'k': [true]}]} | [1.0, 'a']      | true
            {'enum': [[1, 'a'], {'k': [true]}]} | [1]             | false
            {'enum': [[1, 'a'], {'k': [true]}]} | [1, 'b']        | false
            {'enum': [[1, 'a'], {'k': [true]}]} | {'k': [true]}   | true
            {'enum': [[1, 'a'], {'k': [true]}]} | {'k': [false]}  | false
            {'enum': [[1, 'a'], {'k': [true]}]} | {'l': [true]}   | false
            {'enum': [[1, 'a'], {'k': [true]}]} | {}              | false
            {'enum': ['a', true, null]}         | true            | true
            {'enum': ['a', true, null]}         | false           | false
            {'enum': ['a', true, null]}         | null            | true
            {'enum': ['a', true, null]}         | 'a'             | true
            {'enum': ['a', true, null]}         | 1               | false
            {'const': {'a': 1}}                 | {'a': 1, 'b': 2}| false
            {'enum': [1, 2], 'const': 2}        | 1               | false
            {'enum': [1, 2], 'const': 2}        | 2.0             | true
            {'type': 'integer', 'anyOf': [{'type': 'number'}]} | 1.5 | false
            {'anyOf': [{'type': 'string'}, {'type': 'null'}], 'oneOf': [{'enum': ['a']}, {'const': 1}]} | 'a' | true
            {'anyOf': [{'type': 'string'}, {'type': 'null'}], 'oneOf': [{'enum': ['a']}, {'const': 1}]} | 'b' | false
            {'anyOf': [{'type': 'string'}, {'type': 'null'}], 'oneOf': [{'enum': ['a']}, {'const': 1}]} | 1   | false
            {'allOf': [{'required': ['a']}, {'required': ['b']}]} | {'a': 1, 'b': 1} | true
            {'allOf': [{'required': ['a']}, {'required': ['b']}]} | {'a': 1}         | false
            {'allOf': [{'required': ['a']}, {'required': ['b']}]} | {'b': 1}         | false
            """)
    void takesWhatTheSchemaTakes(String schema, String value, boolean expected) throws Exception {
        // Given
        ArgumentSchema whole = schema("{'properties': {'v': " + schema + "}}");

        // When
        Result result = Conformance.check(whole, TestBundles.json(("{'v': " + value + "}").replace('\'', '"')));

        // Then
        assertThat(result.value() != null).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "{'PATH': '/etc'} | false", "{'path': 'a', 'Path': 'b'} | false", "{'paths': 'a'} | true",
            "{'\u017fize': 1} | false", "{'deep': {'KEY': 1}} | false"})
    void takesNoMemberThatIsADeclaredOneInAnotherSpelling(String arguments, boolean fits) throws Exception {
        // Given
        ArgumentSchema open = schema("{'properties': {'path': {'type': 'string'}, 'size': {},"
                + " 'deep': {'properties': {'key': {}}}}}");

        // When
        Result result = Conformance.check(open, TestBundles.json(arguments.replace('\'', '"')));

        // Then
        assertThat(result.value() != null).isEqualTo(fits);
    }

    @Test
    void namesNoPlaceInsideAnOptionThatMayNotHaveBeenMeant() throws Exception {
        // Given
        ArgumentSchema schema = schema(
                "{'properties': {'v': {'anyOf': [{'properties': {'x': {'type': 'null'}}}, {'required': ['y']}]}}}");

        // When
        Result result = Conformance.check(schema, TestBundles.json("{\"v\":{\"x\":1}}"));

        // Then
        assertThat(result.value()).isNull();
        assertThat(result.pointer()).isEqualTo("/v");
    }

    private static ArgumentSchema schema(String text) throws Exception {
        return ArgumentSchema.parse(new ObjectMapper().readTree(text.replace('\'', '"')));
    }
}
