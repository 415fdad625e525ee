package dev.chaperone.controller.channel;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.chaperone.config.JsonTrees;
import java.io.IOException;

/**
 * @param body JSON; an array that others may hold too
 */
record Answer(int status, byte[] body) {
    static Answer of(byte[] body) {
        return new Answer(200, body);
    }

    static Answer of(RefusedException refusal) {
        try {
            return new Answer(refusal.status(),
                    JsonTrees.write(JsonNodeFactory.instance.objectNode().put("message", refusal.text())));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
