package dev.chaperone.it.monitoring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The chart's files for Prometheus and Grafana, and the tests of the former. */
final class Monitoring {
    static final Path CHART = Path.of("../../charts/chaperone");
    static final Path RULES = CHART.resolve("files/alerts.yaml");
    static final Path DASHBOARD = CHART.resolve("files/dashboard.json");
    static final Path RULE_TESTS = Path.of("src/test/resources/alerts");

    private static final YAMLMapper YAML = new YAMLMapper();

    private Monitoring() {}

    /** All alerts. */
    static List<JsonNode> alerts() {
        return each(read(RULES).path("groups")).flatMap(group -> each(group.path("rules"))).toList();
    }

    /** All tests of alerts. */
    static List<JsonNode> ruleTests() {
        return ruleTestFiles().stream().flatMap(file -> each(read(file).path("tests"))).toList();
    }

    static List<Path> ruleTestFiles() {
        try (Stream<Path> files = Files.list(RULE_TESTS)) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** JSON or YAML. */
    static JsonNode read(Path file) {
        try {
            return YAML.readTree(Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Stream<JsonNode> each(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }

    /** What operator and guardrails show. */
    static Exposition exposition(Path directory) throws IOException, InterruptedException {
        return Exposition.of(OperatorMetrics.exposition() + GuardrailMetrics.exposition(directory));
    }
}
