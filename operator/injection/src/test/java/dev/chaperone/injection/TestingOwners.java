package dev.chaperone.injection;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;

/** Owners in namespace {@code dev}, written as YAML. */
final class TestingOwners implements Owners {
    private static final YAMLMapper YAML = new YAMLMapper();

    private final Map<String, Owner> owners = new HashMap<>();

    static JsonNode yaml(String text) {
        try {
            return YAML.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    TestingOwners add(String text) {
        JsonNode live = yaml(text);
        owners.put(
                key("dev", live.path("apiVersion").asText(), live.path("kind").asText(),
                        live.at("/metadata/name").asText()),
                Owner.of(live));
        return this;
    }

    @Override
    public Owner find(String namespace, String apiVersion, String kind, String name, String uid) {
        return owners.get(key(namespace, apiVersion, kind, name));
    }

    private static String key(String... parts) {
        return String.join(" ", parts);
    }
}
