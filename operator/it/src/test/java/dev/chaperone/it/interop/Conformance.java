package dev.chaperone.it.interop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One run of the official conformance suite against a server.
 *
 * @param checks the status of each check, by the names of its scenario and of itself
 */
record Conformance(Map<String, String> checks) {
    private static final Duration LIMIT = Duration.ofMinutes(4);
    private static final ObjectMapper JSON = new ObjectMapper();
    // How bad a status is; a check that is not there at all is as bad as can be.
    private static final List<String> STATUSES = List.of("SUCCESS", "INFO", "SKIPPED", "WARNING", "FAILURE");

    /** Runs the suite for a revision of the protocol. */
    static Conformance of(URI server, String revision, Path directory) throws IOException {
        Program.run(Kit.HOME, LIMIT, "", Kit.node(
                "node_modules/.bin/conformance", "server", "--url", server.toString(), "--requirements", revision,
                "--output-dir", directory.toString()));
        Map<String, String> checks = new TreeMap<>();
        try (Stream<Path> scenarios = Files.list(directory)) {
            for (Path scenario : scenarios.toList()) {
                // Folders are named by scenario and time.
                String name = scenario.getFileName().toString().replaceAll("^server-|-\\d{4}-\\d{2}-\\d{2}T.*", "");
                int number = 0;
                for (JsonNode check : JSON.readTree(scenario.resolve("checks.json").toFile())) {
                    // A scenario may run a check more than once.
                    checks.put(
                            name + " " + check.path("id").asText() + " " + number++, check.path("status").asText());
                }
            }
        }
        return new Conformance(checks);
    }

    long count(String status) {
        return checks.values().stream().filter(status::equals).count();
    }

    /** The checks that are worse here than in another run. */
    Set<String> worseThan(Conformance other) {
        return other.checks.keySet().stream()
                .filter(check -> rank(checks.get(check)) > rank(other.checks.get(check)))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The scenarios of those checks. */
    Set<String> scenariosWorseThan(Conformance other) {
        return worseThan(other).stream()
                .map(check -> check.substring(0, check.indexOf(' ')))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static int rank(String status) {
        return status == null ? STATUSES.size() : STATUSES.indexOf(status);
    }

    @Override
    public String toString() {
        return count("SUCCESS") + " passed, " + count("FAILURE") + " failed";
    }
}
