package dev.chaperone.controller.channel;

import com.fasterxml.jackson.databind.JsonNode;
import dev.chaperone.config.JsonTrees;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * What a token says of itself. Anybody can write that, so nothing is granted for it; but a token that does not even
 * claim to be good need not be asked about.
 *
 * @param podUid the pod that it claims to be bound to
 */
record TokenClaims(List<String> audiences, Instant expiry, String podUid) {
    /** Empty when this is no token of a pod. */
    static Optional<TokenClaims> read(String token) {
        String[] parts = token.split("\\.", -1);
        if (parts.length != 3 || parts[0].isEmpty() || parts[2].isEmpty()) {
            return Optional.empty();
        }
        try {
            JsonNode claims = JsonTrees.read(Base64.getUrlDecoder().decode(parts[1]));
            JsonNode expiry = claims.path("exp");
            JsonNode podUid = claims.path("kubernetes.io").path("pod").path("uid");
            if (!expiry.isIntegralNumber() || !expiry.canConvertToLong() || !podUid.isTextual()) {
                return Optional.empty();
            }
            return Optional.of(new TokenClaims(
                    texts(claims.path("aud")), Instant.ofEpochSecond(expiry.longValue()), podUid.textValue()));
        } catch (IOException | IllegalArgumentException | DateTimeException e) {
            return Optional.empty();
        }
    }

    private static List<String> texts(JsonNode node) {
        if (node.isTextual()) {
            return List.of(node.textValue());
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode element : node) {
            if (element.isTextual()) {
                texts.add(element.textValue());
            }
        }
        return texts;
    }
}
