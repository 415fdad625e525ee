package dev.chaperone.policy.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.re2j.Pattern;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A structural schema, the part of it that our CRDs use.
 *
 * @param type one of JSON Schema's types; empty for any
 * @param items what elements must be; null for anything
 * @param additional what members that are not listed must be; null when there may be none
 * @param open whether members that are not listed are kept as they are
 * @param allowed the permitted strings; empty for all
 * @param listKeys members that tell the elements of a list apart; empty for lists that are no maps
 * @param set whether no element may come twice
 */
record Schema(
        String type,
        Map<String, Schema> properties,
        List<String> required,
        @Nullable Schema items,
        @Nullable Schema additional,
        boolean open,
        List<String> allowed,
        @Nullable Pattern pattern,
        Limits limits,
        List<String> listKeys,
        boolean set,
        List<CelRule> rules) {
    /**
     * Bounds, both ends included.
     *
     * @param least least length, number of elements or value; {@code Long.MIN_VALUE} for no bound
     * @param most the same at the other end; {@code Long.MAX_VALUE} for no bound
     */
    record Limits(long least, long most) {}

    static Schema of(JsonNode json) {
        Map<String, Schema> properties = new TreeMap<>();
        json.path("properties").properties().forEach(field -> properties.put(field.getKey(), of(field.getValue())));
        List<CelRule> rules = new ArrayList<>();
        for (JsonNode rule : json.path("x-kubernetes-validations")) {
            rules.add(new CelRule(rule.path("rule").asText(), rule.path("message").asText()));
        }
        return new Schema(
                json.path("type").asText(),
                properties,
                strings(json.path("required")),
                json.has("items") ? of(json.path("items")) : null,
                json.has("additionalProperties") ? of(json.path("additionalProperties")) : null,
                json.path("x-kubernetes-preserve-unknown-fields").asBoolean(),
                strings(json.path("enum")),
                json.has("pattern") ? Pattern.compile(json.path("pattern").asText()) : null,
                limits(json),
                strings(json.path("x-kubernetes-list-map-keys")),
                json.path("x-kubernetes-list-type").asText().equals("set"),
                rules);
    }

    private static Limits limits(JsonNode json) {
        return switch (json.path("type").asText()) {
            case "string" -> between(json, "minLength", "maxLength");
            case "array" -> between(json, "minItems", "maxItems");
            case "object" -> between(json, "minProperties", "maxProperties");
            default -> between(json, "minimum", "maximum");
        };
    }

    private static Limits between(JsonNode json, String least, String most) {
        return new Limits(json.path(least).asLong(Long.MIN_VALUE), json.path(most).asLong(Long.MAX_VALUE));
    }

    private static List<String> strings(JsonNode array) {
        List<String> strings = new ArrayList<>();
        array.forEach(item -> strings.add(item.asText()));
        return List.copyOf(strings);
    }
}
