package dev.chaperone.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;

/** The agent and the tool servers in pods, a guardrail that the operator injected, and policies that are applied. */
final class ClusterStage implements Stage, AutoCloseable {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final DemoObjects objects;
    private final FollowedAudit audit;
    private final LedActor tools;
    private final LedActor agent;

    /** Takes pods that are ready. */
    ClusterStage(KubernetesClient client, DemoObjects objects, Pod toolsPod, Pod agentPod)
            throws IOException, InterruptedException {
        this.objects = objects;
        audit = new FollowedAudit(client, agentPod);
        tools = LedActor.attach(client, toolsPod, DemoObjects.TOOLS);
        agent = LedActor.attach(client, agentPod, DemoObjects.AGENT_CONTAINER);
    }

    @Override
    public List<String> tools(String server) throws IOException, InterruptedException {
        JsonNode answer = agent.ask(LedActor.request(DemoPod.TOOLS).put("server", server));
        return StreamSupport.stream(answer.path(DemoPod.TOOLS).spliterator(), false).map(JsonNode::asText).toList();
    }

    @Override
    public Call call(String server, String tool, Map<String, Object> arguments)
            throws IOException, InterruptedException {
        JsonNode answer = agent.ask(LedActor.request(DemoPod.CALL).put("server", server).put("tool", tool)
                .set("arguments", MAPPER.valueToTree(arguments)));
        return new Call(
                new DemoAgent.Answer(answer.path("error").asBoolean(), answer.path("text").asText()), audit.next());
    }

    @Override
    public String file(String path) throws IOException, InterruptedException {
        return tools.ask(LedActor.request(DemoPod.FILE).put("path", path)).path(DemoPod.FILE).asText();
    }

    @Override
    public void editCeiling() throws IOException {
        objects.applyRaisedCeiling();
    }

    @Override
    public int reached() throws IOException, InterruptedException {
        return tools.ask(LedActor.request(DemoPod.COUNT)).path(DemoPod.COUNT).asInt();
    }

    /** The agent sends a request past its guardrail; what the other end answers. */
    int goAround(String url) throws IOException, InterruptedException {
        return agent.ask(LedActor.request(DemoPod.GO_AROUND).put("url", url)).path("status").asInt();
    }

    @Override
    public void close() {
        try (audit; tools; agent) {
            // The pods go on; nobody listens to them any more.
        }
    }
}
