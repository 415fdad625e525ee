package dev.chaperone.it.monitoring;

import static dev.chaperone.it.monitoring.Monitoring.each;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The chart's dashboard: it asks for what there is, and shows all that there is. */
class DashboardTest {
    private static final Set<String> VARIABLES = Set.of("$namespace", "$__rate_interval");

    @TempDir
    Path directory;

    @Test
    void asks_for_what_operator_and_guardrails_show() throws IOException, InterruptedException {
        // Given
        Exposition exposition = Monitoring.exposition(directory);

        // When
        List<Expression> expressions = expressions();

        // Then
        assertThat(expressions).isNotEmpty().allSatisfy(expression -> {
            assertThat(expression.asksForSomething()).isTrue();
            assertThat(expression.unknown(exposition)).as(expression.text()).isEmpty();
        });
    }

    /** Whoever adds a metric shows it, or says here why not. */
    @Test
    void shows_everything_that_operator_and_guardrails_show() throws IOException, InterruptedException {
        // Given
        Exposition exposition = Monitoring.exposition(directory);
        String asked = expressions().stream().map(Expression::text).collect(Collectors.joining("\n"));

        // When
        Set<String> families = exposition.metrics().keySet().stream()
                .map(name -> name.replaceFirst("_(bucket|sum|count)$", ""))
                .collect(Collectors.toCollection(TreeSet::new));

        // Then
        assertThat(families).isNotEmpty().allSatisfy(
                family -> assertThat(asked).containsPattern("\\b" + family + "(_bucket|_count)?\\b"));
    }

    @Test
    void every_expression_parses() throws IOException, InterruptedException {
        // Given
        Promtool promtool = Promtool.require();
        StringBuilder rules = new StringBuilder("groups:\n  - name: dashboard\n    rules:\n");
        List<Expression> expressions = expressions();
        for (int i = 0; i < expressions.size(); i++) {
            String text = expressions.get(i).text().replace("$__rate_interval", "5m").replace("$namespace", ".*");
            rules.append("      - record: panel_").append(i).append("\n        expr: '")
                    .append(text.replace("'", "''")).append("'\n");
        }
        Files.writeString(directory.resolve("dashboard.yaml"), rules);

        // When
        Promtool.Result result = promtool.run(directory, "check", "rules", "dashboard.yaml");

        // Then
        assertThat(result.exit()).as(result.output()).isZero();
        assertThat(result.output()).contains("SUCCESS: " + expressions.size() + " rules found");
    }

    @Test
    void panels_have_numbers_and_places_of_their_own_and_the_data_source_that_one_chooses() {
        // When
        List<JsonNode> panels = panels();

        // Then
        assertThat(panels).extracting(panel -> panel.path("id").asInt()).doesNotHaveDuplicates();
        assertThat(panels).extracting(DashboardTest::place).doesNotHaveDuplicates();
        assertThat(panels).filteredOn(panel -> !panel.path("type").asText().equals("row")).allSatisfy(panel -> {
            assertThat(panel.at("/datasource/uid").asText()).isEqualTo("${datasource}");
            assertThat(panel.path("targets")).isNotEmpty().allSatisfy(
                    target -> assertThat(target.at("/datasource/uid").asText()).isEqualTo("${datasource}"));
            assertThat(panel.at("/gridPos/x").asInt() + panel.at("/gridPos/w").asInt()).isLessThanOrEqualTo(24);
        });
    }

    @Test
    void has_the_variables_that_it_uses() {
        // Given
        Set<String> declared = each(Monitoring.read(Monitoring.DASHBOARD).at("/templating/list"))
                .map(variable -> "$" + variable.path("name").asText()).collect(Collectors.toSet());

        // When
        Set<String> used = expressions().stream()
                .flatMap(expression -> Pattern.compile("\\$\\w+").matcher(expression.text()).results())
                .map(found -> found.group()).collect(Collectors.toSet());

        // Then
        assertThat(used).isEqualTo(VARIABLES);
        assertThat(declared).contains("$datasource", "$namespace");
    }

    private static String place(JsonNode panel) {
        return panel.at("/gridPos/x") + "," + panel.at("/gridPos/y");
    }

    private static List<JsonNode> panels() {
        return each(Monitoring.read(Monitoring.DASHBOARD).path("panels")).toList();
    }

    private static List<Expression> expressions() {
        return panels().stream().flatMap(panel -> each(panel.path("targets")))
                .map(target -> new Expression(target.path("expr").asText())).toList();
    }
}
