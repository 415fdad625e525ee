package dev.chaperone.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** How an actor in a container is led: a request is a line of JSON on its standard input, and so is its answer. */
final class Lines {
    /** What is done. */
    static final String DO = "do";
    /** Number of a request, and of its answer. */
    static final String ID = "id";
    /** In an answer, why there is none. */
    static final String FAILURE = "failure";
    /** Asks whether anybody listens. */
    static final String HELLO = "hello";

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private Lines() {}

    /** Does what is asked. */
    interface Actor {
        /** @param answer to be filled */
        void does(String what, JsonNode request, ObjectNode answer) throws Exception;
    }

    /** Answers until there are no more requests. */
    static void serve(InputStream in, PrintStream out, Actor actor) throws IOException {
        try (var reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (!line.isBlank()) {
                    out.println(MAPPER.writeValueAsString(answer(line, actor)));
                }
            }
        }
    }

    private static ObjectNode answer(String line, Actor actor) {
        ObjectNode answer = MAPPER.createObjectNode();
        try {
            JsonNode request = MAPPER.readTree(line);
            answer.set(ID, request.path(ID));
            String what = request.path(DO).asText();
            if (!what.equals(HELLO)) {
                actor.does(what, request, answer);
            }
        } catch (Exception e) {
            answer.put(FAILURE, e.toString());
        }
        return answer;
    }
}
