package dev.chaperone.it.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;

/** Manifests as trees: a typed model would tidy away what a test is about. */
public final class Manifests {
    private static final YAMLMapper YAML = new YAMLMapper();
    private static final String FOLDER = "/kubernetes/";

    private Manifests() {}

    static ObjectNode read(String file) {
        try (InputStream in = Manifests.class.getResourceAsStream(FOLDER + file)) {
            return (ObjectNode) YAML.readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static ObjectNode parse(String yaml) {
        try {
            return (ObjectNode) YAML.readTree(yaml);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As a JSON merge patch does it: lists are replaced, null removes. */
    static void merge(ObjectNode target, ObjectNode patch) {
        for (Map.Entry<String, JsonNode> member : patch.properties()) {
            JsonNode value = member.getValue();
            if (value.isNull()) {
                target.remove(member.getKey());
            } else if (value instanceof ObjectNode inner) {
                merge(target.get(member.getKey()) instanceof ObjectNode known
                        ? known
                        : target.putObject(member.getKey()), inner);
            } else {
                target.set(member.getKey(), value);
            }
        }
    }
}
