package dev.chaperone.controller.census;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.databind.JsonNode;
import dev.chaperone.api.GuardrailShapeSpec;
import dev.chaperone.injection.GuardrailDigest;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The guardrails that pods were given by this cluster's operators.
 *
 * @param newest digests of what is injected now, with and without an egress lock
 * @param earlier digests of what was injected before
 * @param images digests of the images of those whose containers are still known
 */
public record KnownGuardrails(Set<String> newest, Set<String> earlier, Set<String> images) {
    public KnownGuardrails {
        newest = Set.copyOf(newest);
        earlier = Set.copyOf(earlier);
        images = Set.copyOf(images);
    }

    /** @param shape with one container at least */
    public static KnownGuardrails of(GuardrailShapeSpec shape) {
        Set<String> digests = new HashSet<>(requireNonNullElse(shape.earlier(), List.of()));
        Set<String> images = new HashSet<>();
        List<JsonNode> locks = requireNonNullElse(shape.locks(), List.of());
        for (JsonNode container : shape.containers()) {
            digests.addAll(digests(container, locks, shape));
            String image = container.path("image").asText();
            images.add(image.substring(image.indexOf('@') + 1));
        }
        Set<String> newest = digests(shape.containers().getFirst(), locks.subList(0, Math.min(1, locks.size())), shape);
        digests.removeAll(newest);
        return new KnownGuardrails(newest, digests, images);
    }

    private static Set<String> digests(JsonNode container, List<JsonNode> locks, GuardrailShapeSpec shape) {
        Set<String> digests = new HashSet<>();
        digests.add(GuardrailDigest.of(container, shape.volumes()));
        locks.forEach(lock -> digests.add(GuardrailDigest.of(container, lock, shape.volumes())));
        return digests;
    }
}
