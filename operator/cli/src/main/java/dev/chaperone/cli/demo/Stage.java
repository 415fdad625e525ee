package dev.chaperone.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Where the story is played: the same actors, as processes of this machine or as pods of a cluster. */
sealed interface Stage permits LocalStage, ClusterStage {
    /** What the agent is shown of a tool server. */
    List<String> tools(String server) throws IOException, InterruptedException;

    /** The agent calls a tool. */
    Call call(String server, String tool, Map<String, Object> arguments) throws IOException, InterruptedException;

    /** A file, as its tool server has it. */
    String file(String path) throws IOException, InterruptedException;

    /** An admin raises the ceiling of payments. */
    void editCeiling() throws IOException, InterruptedException;

    /** How many calls have reached a tool. */
    int reached() throws IOException, InterruptedException;

    /**
     * A call and what came of it.
     *
     * @param answer what the agent reads
     * @param decision its line in the audit trail
     */
    record Call(DemoAgent.Answer answer, JsonNode decision) {}
}
