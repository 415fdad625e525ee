package dev.chaperone.guardrail.proxy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.chaperone.config.Digests;
import dev.chaperone.config.Verdict;
import dev.chaperone.config.audit.ChainPosition;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads an audit trail the way an auditor would: nothing is believed that the chain does not prove. */
final class AuditTrail {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final List<JsonNode> lines = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private final List<String> tornWithinBoots = new ArrayList<>();
    private final Set<String> boots = new HashSet<>();

    private AuditTrail() {}

    static AuditTrail read(Path file) throws IOException {
        AuditTrail trail = new AuditTrail();
        String text = Files.readString(file, StandardCharsets.UTF_8);
        String[] all = text.split("\n", -1);
        String boot = "";
        byte[] previous = {};
        String torn = null;
        for (int i = 0; i < all.length; i++) {
            if (all[i].isEmpty()) {
                if (i < all.length - 1) {
                    trail.problems.add("line " + i + " is empty");
                }
                continue;
            }
            JsonNode line = parsed(all[i]);
            if (line == null) {
                // The death of a boot tears a line, or a full disk; the chain shows that no whole one is missing.
                torn = all[i];
                continue;
            }
            boolean begins = !line.path("boot").asText().equals(boot);
            String expected = begins ? ChainPosition.FIRST : Digests.of(previous);
            long seq = begins ? 0 : trail.lines.getLast().path("seq").asLong() + 1;
            if (begins && !trail.boots.add(line.path("boot").asText())) {
                trail.problems.add("line " + i + " goes on with a boot that had ended");
            }
            if (line.path("seq").asLong(-1) != seq || !line.path("prev").asText().equals(expected)) {
                trail.problems.add("line " + i + " does not follow the one before: " + all[i]);
            }
            if (torn != null && !begins) {
                trail.tornWithinBoots.add(torn);
            }
            torn = null;
            boot = line.path("boot").asText();
            previous = all[i].getBytes(StandardCharsets.UTF_8);
            trail.lines.add(line);
        }
        return trail;
    }

    private static JsonNode parsed(String line) {
        try {
            JsonNode node = MAPPER.readTree(line);
            return node != null && node.isObject() ? node : null;
        } catch (IOException e) {
            return null;
        }
    }

    /** Breaks of the chain; empty for a trail that can be believed. */
    List<String> problems() {
        return problems;
    }

    /** Lines cut short that their boot survived, as after a full disk. */
    List<String> tornWithinBoots() {
        return tornWithinBoots;
    }

    int boots() {
        return boots.size();
    }

    List<JsonNode> lines() {
        return lines;
    }

    List<JsonNode> decisions() {
        return lines.stream().filter(line -> line.path("event").asText().equals("decision")).toList();
    }

    List<String> outcomes() {
        return outcomeLines().map(line -> line.path("outcome").asText()).toList();
    }

    /** Calls that were allowed and of which nothing is said to have come. */
    Set<String> withoutOutcome() {
        Set<String> calls = decisions().stream()
                .filter(line -> line.path("verdict").asText().equals(Verdict.ALLOW.wireName()))
                .map(line -> line.path("call").asText())
                .collect(Collectors.toCollection(HashSet::new));
        outcomeLines().map(line -> line.path("call").asText()).forEach(calls::remove);
        return calls;
    }

    private Stream<JsonNode> outcomeLines() {
        return lines.stream().filter(line -> line.path("event").asText().equals("outcome"));
    }
}
