package dev.chaperone.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a CRD says beyond the names and types of its fields, read from {@code crd/<plural>.yaml}: printer columns and,
 * by field, descriptions, limits and rules. Fields are written {@code spec.rules[].tools[]}, map values
 * {@code spec.agent.labels{}}. A field that no record has must bring its type: it is one that manifests may name only
 * to be told that it is reserved.
 */
record SchemaOverlay(JsonNode columns, Map<String, ObjectNode> fields) {
    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

    static SchemaOverlay load(String plural) {
        Map<String, ObjectNode> fields = new LinkedHashMap<>();
        JsonNode file = read(plural);
        collect(file, "", fields);
        return new SchemaOverlay(file.path("columns"), fields);
    }

    // What a file says itself comes after what it includes, and so overrides it.
    private static void collect(JsonNode file, String at, Map<String, ObjectNode> fields) {
        for (JsonNode include : file.path("include")) {
            collect(read(include.path("file").asText()), join(at, include.path("at").asText()), fields);
        }
        file.path("fields").properties().forEach(field -> {
            ObjectNode into = fields.computeIfAbsent(join(at, field.getKey()), path -> YAML.createObjectNode());
            into.setAll((ObjectNode) field.getValue());
        });
    }

    private static String join(String at, String path) {
        return at.isEmpty() || path.isEmpty() || path.startsWith("[]") ? at + path : at + "." + path;
    }

    private static JsonNode read(String name) {
        try (InputStream in = SchemaOverlay.class.getResourceAsStream("/crd/" + name + ".yaml")) {
            if (in == null) {
                throw new IllegalArgumentException("no overlay crd/" + name + ".yaml");
            }
            return YAML.readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void applyTo(ObjectNode version) {
        if (columns.isArray()) {
            version.set("additionalPrinterColumns", columns);
        }
        ObjectNode root = (ObjectNode) version.at("/schema/openAPIV3Schema");
        if (!fields.containsKey("status")) {
            // The generator writes one for resources that have none, and it would take anything and keep nothing.
            root.withObjectProperty("properties").remove("status");
        }
        fields.forEach((path, facets) -> find(root, path, facets).setAll(facets));
    }

    private static ObjectNode find(ObjectNode root, String path, ObjectNode facets) {
        ObjectNode node = root;
        for (String step : path.isEmpty() ? new String[0] : path.split("\\.")) {
            String name = step.replace("[]", "").replace("{}", "");
            node = child(node.withObjectProperty("properties"), name, path, facets);
            String rest = step.substring(name.length());
            if (!rest.isEmpty()) {
                node = child(node, rest.equals("[]") ? "items" : "additionalProperties", path, facets);
            }
        }
        return node;
    }

    private static ObjectNode child(ObjectNode parent, String name, String path, ObjectNode facets) {
        if (!parent.has(name) && !facets.has("type")) {
            throw new IllegalStateException("no record has the field " + path + ", which the overlay describes");
        }
        return parent.withObjectProperty(name);
    }
}
