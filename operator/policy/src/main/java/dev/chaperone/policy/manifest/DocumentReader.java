package dev.chaperone.policy.manifest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.chaperone.api.Api;
import dev.chaperone.policy.Issue;
import dev.chaperone.policy.manifest.ManifestDocument.Decoded;
import dev.chaperone.policy.manifest.ManifestDocument.Foreign;
import dev.chaperone.policy.manifest.ManifestDocument.Identity;
import dev.chaperone.policy.manifest.ManifestDocument.Undecodable;
import dev.chaperone.policy.manifest.Node.Mapping;
import dev.chaperone.policy.manifest.Node.Scalar;
import dev.chaperone.policy.manifest.Node.Sequence;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes resources of trees. */
final class DocumentReader {
    private static final String DEFAULT_NAMESPACE = "default";
    private static final Set<String> METADATA_READ = Set.of("name", "namespace", "labels", "annotations");
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private final ManifestText text;
    private final List<ManifestDocument> documents;

    DocumentReader(ManifestText text, List<ManifestDocument> documents) {
        this.text = text;
        this.documents = documents;
    }

    void read(Node root) {
        Problems problems = new Problems(text);
        if (!(root instanceof Mapping document)) {
            problems.add("", root.start(), "a manifest is a mapping with apiVersion and kind");
            documents.add(new Undecodable(null, problems.issues("")));
            return;
        }
        String apiVersion = string(document, "apiVersion");
        String kind = string(document, "kind");
        if (apiVersion == null || kind == null) {
            problems.add(apiVersion == null ? "apiVersion" : "kind", document.start(), "Required value",
                    "a manifest begins with apiVersion and kind");
            documents.add(new Undecodable(null, problems.issues("")));
        } else if (isList(apiVersion, kind) && document.get("items") instanceof Sequence items) {
            items.items().forEach(this::read);
        } else if (apiVersion.equals("v1") && kind.equals("Namespace")) {
            documents.add(namespace(document, problems));
        } else if (apiVersion.equals(Api.GROUP) || apiVersion.startsWith(Api.GROUP + "/")
                || (resemblesOurs(apiVersion) && ResourceKind.all().containsKey(kind))) {
            documents.add(ours(document, apiVersion, kind, problems));
        } else {
            documents.add(new Foreign(apiVersion, kind));
        }
    }

    // A policy whose group has a slip in it would otherwise be somebody else's, and silently out of force.
    private static boolean resemblesOurs(String apiVersion) {
        int slash = apiVersion.indexOf('/');
        String group = slash < 0 ? "" : apiVersion.substring(0, slash).toLowerCase(Locale.ROOT);
        return group.isEmpty() || group.endsWith("." + Api.GROUP)
                || Nearest.guess(group, Set.of(Api.GROUP)).isPresent();
    }

    private static boolean isList(String apiVersion, String kind) {
        return (apiVersion.equals("v1") && kind.equals("List"))
                || (apiVersion.equals(Api.API_VERSION) && kind.endsWith("List"));
    }

    private ManifestDocument namespace(Mapping document, Problems problems) {
        new TreeChecks(problems).check(document, "");
        new MetadataValidator(problems).validate(document, false);
        Identity identity = identity(document, "Namespace", false);
        return problems.isEmpty()
                ? decode(document, Namespace.class, false, Set.of("apiVersion", "kind", "metadata"))
                : undecodable(identity, problems);
    }

    private ManifestDocument ours(Mapping document, String apiVersion, String kind, Problems problems) {
        ResourceKind known = ResourceKind.all().get(kind);
        Identity identity = identity(document, kind, known == null || known.namespaced());
        if (known == null || !apiVersion.equals(Api.API_VERSION)) {
            Node at = document.get(known == null ? "kind" : "apiVersion");
            problems.add(known == null ? "kind" : "apiVersion", at == null ? document.start() : at.start(),
                    "no matches for kind \"" + kind + "\" in version \"" + apiVersion + "\"",
                    known == null
                            ? Nearest.mend(kind, ResourceKind.all().keySet())
                            : "write apiVersion: " + Api.API_VERSION);
            return undecodable(identity, problems);
        }
        new TreeChecks(problems).check(document, "");
        new MetadataValidator(problems).validate(document, known.namespaced());
        new SchemaValidator(problems).validate(known.schema(), document, "");
        return problems.isEmpty()
                ? decode(document, known.type(), known.namespaced(), Set.of("apiVersion", "kind", "metadata", "spec"))
                : undecodable(identity, problems);
    }

    private ManifestDocument decode(
            Mapping document, Class<? extends HasMetadata> type, boolean namespaced, Set<String> parts) {
        ObjectNode json = ((ObjectNode) JsonTrees.of(document)).retain(parts);
        ObjectNode metadata = ((ObjectNode) json.path("metadata")).retain(METADATA_READ);
        if (namespaced && !metadata.hasNonNull("namespace")) {
            metadata.put("namespace", DEFAULT_NAMESPACE);
        }
        try {
            return new Decoded(MAPPER.treeToValue(json, type), new NodeSource(text, document));
        } catch (JsonProcessingException e) {
            // The schema takes more than the records do: a fault of ours, told as a fault of the manifest.
            Problems problems = new Problems(text);
            problems.add("", document.start(),
                    "cannot be read: " + e.getOriginalMessage().lines().findFirst().orElse(""));
            return undecodable(identity(document, type.getSimpleName(), namespaced), problems);
        }
    }

    private static Undecodable undecodable(@Nullable Identity identity, Problems problems) {
        List<Issue> issues = problems.issues(identity == null ? "" : describe(identity));
        return new Undecodable(identity, issues);
    }

    private static String describe(Identity identity) {
        return identity.kind() + " " + (identity.namespace() == null ? "" : identity.namespace() + "/")
                + identity.name();
    }

    private static @Nullable Identity identity(Mapping document, String kind, boolean namespaced) {
        if (!(document.get("metadata") instanceof Mapping metadata)) {
            return null;
        }
        String name = string(metadata, "name");
        if (name == null || name.isEmpty()) {
            return null;
        }
        String namespace = string(metadata, "namespace");
        return new Identity(kind, !namespaced ? null : namespace == null ? DEFAULT_NAMESPACE : namespace, name);
    }

    private static @Nullable String string(Mapping mapping, String key) {
        if (!(mapping.get(key) instanceof Scalar scalar)) {
            return null;
        }
        JsonNode value = scalar.meaning().value();
        return value.isTextual() ? value.textValue() : null;
    }
}
