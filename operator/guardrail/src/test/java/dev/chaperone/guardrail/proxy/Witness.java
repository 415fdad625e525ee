package dev.chaperone.guardrail.proxy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Stands beside the tool server and checks at the moment of each execution that the audit trail already holds a
 * decision that allows exactly this call, used by no other.
 */
final class Witness {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    record Call(String server, String tool, String arguments) {}

    private final Path trail;
    private final Map<Call, Integer> allowed = new HashMap<>();
    private final List<Call> executed = new ArrayList<>();
    private final List<String> violations = new ArrayList<>();
    private long readTo;
    private String rest = "";

    Witness(Path trail) {
        this.trail = trail;
    }

    synchronized void executes(Call call) {
        executed.add(call);
        if (allowed.getOrDefault(call, 0) == 0) {
            readOn();
        }
        int left = allowed.getOrDefault(call, 0);
        if (left == 0) {
            violations.add("executed without a decision that allows it: " + call);
        } else if (left == 1) {
            allowed.remove(call);
        } else {
            allowed.put(call, left - 1);
        }
    }

    private void readOn() {
        if (!Files.exists(trail)) {
            return;
        }
        try (RandomAccessFile file = new RandomAccessFile(trail.toFile(), "r")) {
            byte[] more = new byte[(int) (file.length() - readTo)];
            file.seek(readTo);
            file.readFully(more);
            readTo += more.length;
            String[] lines = (rest + new String(more, StandardCharsets.ISO_8859_1)).split("\n", -1);
            rest = lines[lines.length - 1];
            for (int i = 0; i < lines.length - 1; i++) {
                note(lines[i]);
            }
        } catch (IOException e) {
            violations.add(e.toString());
        }
    }

    private void note(String line) {
        try {
            JsonNode record = MAPPER.readTree(line);
            if (record.path("event").asText().equals("decision") && record.path("verdict").asText().equals("Allow")) {
                allowed.merge(new Call(record.path("server").asText(), record.path("tool").asText(),
                        record.path("args").asText()), 1, Integer::sum);
            }
        } catch (IOException e) {
            // A torn line allows nothing.
        }
    }

    /** Forgets the calls of the last test, not what is still allowed. */
    synchronized void reset() {
        executed.clear();
        violations.clear();
    }

    synchronized List<Call> executed() {
        return List.copyOf(executed);
    }

    synchronized List<String> violations() {
        return List.copyOf(violations);
    }
}
