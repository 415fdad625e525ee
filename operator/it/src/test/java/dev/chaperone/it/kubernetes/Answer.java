package dev.chaperone.it.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** What the API server said. */
public record Answer(int status, JsonNode body, List<String> warnings) {
    public boolean accepted() {
        return status < 300;
    }

    /** Why not; empty when it was accepted. */
    public String refusal() {
        return accepted() ? "" : body.path("message").asText();
    }
}
