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
 * @param newest digest of what is injected now
 * @param earlier digests of what was injected before
 * @param images digests of the images of those whose containers are still known
 */
public record KnownGuardrails(String newest, Set<String> earlier, Set<String> images) {
    public KnownGuardrails {
        earlier = Set.copyOf(earlier);
        images = Set.copyOf(images);
    }

    /** @param shape with one container at least */
    public static KnownGuardrails of(GuardrailShapeSpec shape) {
        Set<String> digests = new HashSet<>(requireNonNullElse(shape.earlier(), List.of()));
        Set<String> images = new HashSet<>();
        for (JsonNode container : shape.containers()) {
            digests.add(GuardrailDigest.of(container, shape.volumes()));
            String image = container.path("image").asText();
            images.add(image.substring(image.indexOf('@') + 1));
        }
        String newest = GuardrailDigest.of(shape.containers().getFirst(), shape.volumes());
        digests.remove(newest);
        return new KnownGuardrails(newest, digests, images);
    }
}
