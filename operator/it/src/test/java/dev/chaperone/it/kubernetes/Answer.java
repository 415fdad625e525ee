package dev.chaperone.it.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** What the API server said. */
record Answer(int status, JsonNode body, List<String> warnings) {
    boolean accepted() {
        return status < 300;
    }

    /** Why not; empty when it was accepted. */
    String refusal() {
        return accepted() ? "" : body.path("message").asText();
    }
}
