package dev.chaperone.controller.view;

import com.fasterxml.jackson.databind.JsonNode;
import dev.chaperone.api.Workload;
import dev.chaperone.config.JsonTrees;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Reads the annotation that says which workload a pod belongs to. */
final class WorkloadText {
    private WorkloadText() {}

    /** Null when the text says nothing: the pod then counts as one that was never bound. */
    static @Nullable Workload read(String annotation) {
        try {
            JsonNode tree = JsonTrees.read(annotation.getBytes(StandardCharsets.UTF_8));
            String apiVersion = text(tree, "apiVersion");
            String kind = text(tree, "kind");
            if (apiVersion == null || kind == null) {
                return null;
            }
            Workload workload = new Workload(apiVersion, kind, text(tree, "name"), text(tree, "uid"));
            return workload.name() == null && !workload.equals(Workload.POD) ? null : workload;
        } catch (IOException e) {
            return null;
        }
    }

    private static @Nullable String text(JsonNode tree, String member) {
        return tree.path(member).textValue();
    }
}
