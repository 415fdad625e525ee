package dev.chaperone.policy.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chaperone.policy.Source;
import dev.chaperone.policy.manifest.ManifestDocument.Decoded;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SourceTest {
    private static final String TEXT = """
            # comment
            apiVersion: chaperone.dev/v1alpha1
            kind: ToolPolicy
            metadata:
              name: coder
              labels: {example.org/team: "a"}
            spec:
              variables:
              - {name: plain, expression: args.path}
              - {name: single, expression: 'args.path + x'}
              - {name: double, expression: "args.path + x"}
              - {name: escaped, expression: "args\\u002epath + x"}
              - {name: doubled, expression: 'args[''path''] + x'}
              - name: literal
                expression: |-

                  args.path
                    + x
              - name: folded
                expression: >
                  args.path
                  + x
              - name: spread
                expression: args.path
                  + x
              - {name: 𝕏, expression: "x"}
              - name: quoted
                expression: 'args.path +

                  x'
              - name: escapes
                expression: "ar\\u0067s.path
                  + x"
              rules: []
              defaultVerdict: Deny
            """.replace("name: 𝕏, expression: \"x\"", "name: wide, expression: \"'𝕏' + x\"");

    @ParameterizedTest(name = "{0} {1}:{2}")
    @CsvSource(delimiter = ';', quoteCharacter = '`', value = {
            "spec.variables[0].expression; 1; 6; path}",
            "spec.variables[1].expression; 1; 13; x'}",
            "spec.variables[2].expression; 1; 13; x\"}",
            "spec.variables[3].expression; 1; 13; \"args\\u002epath + x\"}",
            "spec.variables[4].expression; 1; 13; 'args[''path''] + x'}",
            "spec.variables[5].expression; 2; 6; path",
            "spec.variables[5].expression; 3; 5; x",
            "spec.variables[6].expression; 1; 6; path",
            "spec.variables[6].expression; 1; 13; x",
            "spec.variables[7].expression; 2; 1; args.path",
            "spec.variables[7].expression; 1; 11; + x",
            "spec.variables[9].expression; 1; 13; x'",
            "spec.variables[10].expression; 1; 4; \"ar\\u0067s.path",
            "spec.variables[8].expression; 1; 8; x\"}",
            "spec.variables[0]; 1; 1; {name: plain, expression: args.path}",
            "spec.variables[0].nothing; 1; 1; {name: plain, expression: args.path}",
            "spec.rules; 1; 1; []",
            "spec.rules[7].when; 3; 3; []",
            "spec.enforcement.mode; 1; 1; variables:",
            "metadata.labels[example.org/team]; 1; 1; a\"}",
            "nothing; 1; 1; apiVersion: chaperone.dev/v1alpha1",
            "spec.variables[0].expression; 9; 9; args.path}",
            "spec.variables[0].expression; -1; -5; args.path}",
            "spec.variables[0].expression; 1; 99; ``",
    })
    void locates(String path, int line, int column, String whatStandsThere) {
        // Given
        Source source = ((Decoded) ManifestReader.read("f.yaml", TEXT).getFirst()).source();

        // When
        var location = source.locate(path, line, column);

        // Then
        String written = TEXT.lines().toList().get(location.line() - 1);
        assertThat(written.substring(location.column() - 1)).isEqualTo(whatStandsThere);
    }
}
