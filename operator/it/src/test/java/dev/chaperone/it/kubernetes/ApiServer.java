package dev.chaperone.it.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A Kubernetes API server as one user sees it. Requests are sent as they are written, and every answer is an answer:
 * a refusal is what most of these tests are about.
 *
 * @param user impersonated; null for the admin of the cluster
 * @param group what the user is in besides what everybody is in; null for nothing
 */
public record ApiServer(KubernetesClient client, @Nullable String user, @Nullable String group) {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String MERGE_PATCH = "application/merge-patch+json";

    ApiServer as(String other) {
        return new ApiServer(client, other, null);
    }

    ApiServer as(String other, String group) {
        return new ApiServer(client, other, group);
    }

    public Answer create(String path, JsonNode object) {
        return send(request(path).post("application/json", object.toString()));
    }

    /** As far as storing it. */
    Answer dryRunCreate(String path, JsonNode object) {
        return create(path + "?dryRun=All", object);
    }

    public Answer patch(String path, String yaml) {
        return send(request(path).patch(MERGE_PATCH, Manifests.parse(yaml).toString()));
    }

    /** Server-side, as the owner of what it says. */
    public Answer apply(String path, JsonNode object, String manager) {
        return send(request(path + "?force=true&fieldManager=" + manager)
                .patch("application/apply-patch+yaml", object.toString()));
    }

    /** What {@link #apply} would leave. */
    public Answer dryRunApply(String path, JsonNode object, String manager) {
        return send(request(path + "?force=true&dryRun=All&fieldManager=" + manager)
                .patch("application/apply-patch+yaml", object.toString()));
    }

    Answer dryRunReplace(String path, JsonNode object) {
        return send(request(path + "?dryRun=All").put("application/json", object.toString()));
    }

    Answer dryRunPatch(String path, String yaml) {
        return patch(path + "?dryRun=All", yaml);
    }

    /** As kubectl sends it: lists are merged by name. */
    Answer strategicPatch(String path, String yaml) {
        return send(request(path).patch("application/strategic-merge-patch+json",
                Manifests.parse(yaml).toString()));
    }

    Answer dryRunStrategicPatch(String path, String yaml) {
        return strategicPatch(path + "?dryRun=All", yaml);
    }

    /** For what is not stored: exec, attach and their like. */
    Answer connect(String path) {
        return send(request(path).post("application/json", ""));
    }

    public Answer get(String path) {
        return send(request(path));
    }

    public Answer delete(String path) {
        return send(request(path).delete("application/json", "{}"));
    }

    Answer dryRunDelete(String path) {
        return send(request(path).delete("application/json",
                "{\"apiVersion\": \"v1\", \"kind\": \"DeleteOptions\", \"dryRun\": [\"All\"]}"));
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request = client.getHttpClient().newHttpRequestBuilder()
                .uri(client.getMasterUrl() + path);
        if (user != null) {
            request.header("Impersonate-User", user);
        }
        if (group != null) {
            request.header("Impersonate-Group", group);
        }
        return request;
    }

    private Answer send(HttpRequest.Builder request) {
        try {
            HttpResponse<String> response = client.getHttpClient().sendAsync(request.build(), String.class)
                    .get(30, TimeUnit.SECONDS);
            String body = response.bodyString();
            return new Answer(response.code(), tree(body), List.copyOf(response.headers("Warning")));
        } catch (Exception e) {
            throw new AssertionError("the API server did not answer", e);
        }
    }

    private static JsonNode tree(String body) throws Exception {
        JsonNode tree = body.startsWith("{") ? JSON.readTree(body) : NullNode.getInstance();
        return tree instanceof ObjectNode
                ? tree
                : JSON.createObjectNode().put("message", body);
    }
}
