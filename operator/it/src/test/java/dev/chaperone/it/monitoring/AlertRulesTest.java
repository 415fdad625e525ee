package dev.chaperone.it.monitoring;

import static dev.chaperone.it.monitoring.Monitoring.each;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The chart's alerts: each fires when it has to, is quiet otherwise, and asks for what there is. */
class AlertRulesTest {
    private static final String NAME = "Chaperone[A-Z]\\w+";

    @TempDir
    Path directory;

    @Test
    void prometheus_own_tool_finds_nothing() throws IOException, InterruptedException {
        // Given
        Promtool promtool = Promtool.require();

        // When
        Promtool.Result result = promtool.run(Monitoring.CHART.resolve("files"), "check", "rules", "alerts.yaml");

        // Then
        assertThat(result.exit()).as(result.output()).isZero();
        assertThat(result.output()).contains("SUCCESS: " + Monitoring.alerts().size() + " rules found");
    }

    @Test
    void fire_when_they_have_to_and_not_otherwise() throws IOException, InterruptedException {
        // Given
        Promtool promtool = Promtool.require();
        Files.copy(Monitoring.RULES, directory.resolve("alerts.yaml"));
        List<String> arguments = new ArrayList<>(List.of("test", "rules"));
        for (Path file : Monitoring.ruleTestFiles()) {
            Files.copy(file, directory.resolve(file.getFileName()));
            arguments.add(file.getFileName().toString());
        }

        // When
        Promtool.Result result = promtool.run(directory, arguments.toArray(String[]::new));

        // Then
        assertThat(result.exit()).as(result.output()).isZero();
    }

    @Test
    void each_is_tested_for_both() {
        // Given
        Set<String> alerts = names(_ -> true);

        // When
        Set<String> firing = tested(test -> test.path("exp_alerts").size() > 0);
        Set<String> quietThroughout = Monitoring.ruleTests().stream()
                .filter(test -> each(test.path("alert_rule_test")).allMatch(at -> at.path("exp_alerts").isEmpty()))
                .flatMap(test -> each(test.path("alert_rule_test"))).map(at -> at.path("alertname").asText())
                .collect(Collectors.toSet());

        // Then
        assertThat(firing).isEqualTo(alerts);
        assertThat(quietThroughout).isEqualTo(alerts);
    }

    @Test
    void each_says_how_bad_it_is_and_what_to_do() throws IOException {
        // Given
        String readme = Files.readString(Monitoring.CHART.resolve("README.md"));

        // When
        List<JsonNode> alerts = Monitoring.alerts();

        // Then
        assertThat(alerts).isNotEmpty().allSatisfy(alert -> {
            String name = alert.path("alert").asText();
            String anchor = name.toLowerCase(Locale.ROOT);
            assertThat(name).matches(NAME);
            assertThat(alert.at("/labels/severity").asText()).isIn("critical", "warning", "info");
            assertThat(alert.at("/annotations/summary").asText()).isNotBlank();
            assertThat(alert.at("/annotations/description").asText()).isNotBlank();
            assertThat(alert.at("/annotations/runbook").asText()).isEqualTo("charts/chaperone/README.md#" + anchor);
            assertThat(readme.contains("<a id=\"" + anchor + "\"></a>`" + name + "`")).as("told in the README")
                    .isTrue();
        });
    }

    @Test
    void ask_for_what_operator_and_guardrails_show() throws IOException, InterruptedException {
        // Given
        Exposition exposition = Monitoring.exposition(directory);

        // When
        List<Expression> expressions = Monitoring.alerts().stream()
                .map(alert -> new Expression(alert.path("expr").asText())).toList();

        // Then
        assertThat(expressions).isNotEmpty().allSatisfy(expression -> {
            assertThat(expression.asksForSomething()).isTrue();
            assertThat(expression.unknown(exposition)).as(expression.text()).isEmpty();
        });
    }

    /** A test with series that nobody shows would prove nothing. */
    @Test
    void are_tested_with_series_as_operator_and_guardrails_show_them() throws IOException, InterruptedException {
        // Given
        Exposition exposition = Monitoring.exposition(directory);

        // When
        List<String> series = Monitoring.ruleTests().stream().flatMap(test -> each(test.path("input_series")))
                .map(input -> input.path("series").asText()).toList();

        // Then
        assertThat(series).isNotEmpty().allSatisfy(each -> {
            assertThat(new Expression(each).unknown(exposition)).isEmpty();
            Map<String, Set<String>> shown = exposition.metrics().get(each.replaceFirst("\\{.*", ""));
            assertThat(shown).isNotNull();
            assertThat(LabelMatcher.all(each)).extracting(LabelMatcher::label).containsAll(shown.keySet());
        });
    }

    private static Set<String> names(Predicate<JsonNode> which) {
        return Monitoring.alerts().stream().filter(which).map(alert -> alert.path("alert").asText())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> tested(Predicate<JsonNode> how) {
        return Monitoring.ruleTests().stream().flatMap(test -> each(test.path("alert_rule_test"))).filter(how)
                .map(test -> test.path("alertname").asText()).collect(Collectors.toCollection(TreeSet::new));
    }
}
