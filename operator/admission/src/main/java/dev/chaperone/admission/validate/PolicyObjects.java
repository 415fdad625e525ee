package dev.chaperone.admission.validate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.chaperone.config.JsonTrees;
import dev.chaperone.policy.Issue;
import dev.chaperone.policy.manifest.ManifestDocument;
import dev.chaperone.policy.manifest.ManifestDocument.Decoded;
import dev.chaperone.policy.manifest.ManifestDocument.Undecodable;
import dev.chaperone.policy.manifest.ManifestReader;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the objects of requests by the reader of manifest files, so that what the command line refuses is refused here
 * too, in the same words but without the places in a file.
 */
final class PolicyObjects {
    /** What an object turned out to be. */
    sealed interface Reading {
        record Sound(HasMetadata object) implements Reading {}

        record Unsound(List<Issue> issues) implements Reading {}
    }

    private PolicyObjects() {}

    /** @param namespace of the request; null for cluster-wide objects */
    static Reading read(JsonNode object, @Nullable String namespace) {
        ObjectNode essential = JsonNodeFactory.instance.objectNode();
        copy(object, essential, "apiVersion", "kind", "spec");
        // The API server's own additions are none of the author's.
        copy(object.path("metadata"), essential.putObject("metadata"), "name");
        if (namespace != null) {
            ((ObjectNode) essential.path("metadata")).put("namespace", namespace);
        }
        String text;
        try {
            text = new String(JsonTrees.write(essential), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalArgumentException("an object that cannot be written", e);
        }
        List<ManifestDocument> documents = ManifestReader.read("object", text);
        if (documents.size() == 1 && documents.getFirst() instanceof Decoded decoded) {
            return new Reading.Sound(decoded.resource());
        }
        if (documents.size() == 1 && documents.getFirst() instanceof Undecodable undecodable) {
            return new Reading.Unsound(undecodable.issues().stream().map(PolicyObjects::withoutPlace).toList());
        }
        throw new IllegalArgumentException("not an object of ours");
    }

    private static void copy(JsonNode from, ObjectNode to, String... names) {
        for (String name : names) {
            if (from.has(name)) {
                to.set(name, from.path(name));
            }
        }
    }

    private static Issue withoutPlace(Issue issue) {
        return new Issue(issue.severity(), issue.resource(), issue.path(), null, issue.message(), null, issue.mend());
    }
}
