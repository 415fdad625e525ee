package dev.chaperone.injection;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.chaperone.api.Workload;
import dev.chaperone.config.JsonTrees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The workload as it is written on its pods: {@code {"apiVersion":"apps/v1","kind":"Deployment","name":…,"uid":…}}. */
public final class WorkloadAnnotation {
    private WorkloadAnnotation() {}

    /** One text for each workload. */
    public static String write(Workload workload) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("apiVersion", workload.apiVersion());
        json.put("kind", workload.kind());
        if (workload.name() != null) {
            json.put("name", workload.name());
        }
        if (workload.uid() != null) {
            json.put("uid", workload.uid());
        }
        try {
            return new String(JsonTrees.write(json), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The workload that a pod's annotation names; null when admission cannot have written it. */
    public static @Nullable Workload read(@Nullable String annotation) {
        if (annotation == null) {
            return null;
        }
        JsonNode json;
        try {
            json = JsonTrees.read(annotation.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            return null;
        }
        String apiVersion = json.path("apiVersion").textValue();
        String kind = json.path("kind").textValue();
        if (apiVersion == null || kind == null) {
            return null;
        }
        Workload workload = new Workload(
                apiVersion, kind, json.path("name").textValue(), json.path("uid").textValue());
        boolean whole = workload.equals(Workload.POD) || (workload.name() != null && workload.uid() != null);
        return whole && write(workload).equals(annotation) ? workload : null;
    }
}
