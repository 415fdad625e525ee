package dev.chaperone.policy.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.chaperone.api.Agent;
import dev.chaperone.api.Api;
import dev.chaperone.api.ClusterOversightPolicy;
import dev.chaperone.api.ClusterToolPolicy;
import dev.chaperone.api.ClusterToolServer;
import dev.chaperone.api.GuardrailConfig;
import dev.chaperone.api.GuardrailShape;
import dev.chaperone.api.OversightPolicy;
import dev.chaperone.api.ToolPolicy;
import dev.chaperone.api.ToolServer;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A kind of ours, as its CRD defines it. */
record ResourceKind(String kind, boolean namespaced, Schema schema, Class<? extends HasMetadata> type) {
    private static final List<Class<? extends HasMetadata>> TYPES = List
            .of(Agent.class, ClusterOversightPolicy.class, ClusterToolPolicy.class, ClusterToolServer.class,
                    GuardrailConfig.class, GuardrailShape.class, OversightPolicy.class, ToolPolicy.class,
                    ToolServer.class);

    /** The kinds by name. */
    static Map<String, ResourceKind> all() {
        return Loaded.KINDS;
    }

    // Apart, so that nothing is compiled before a manifest of ours turns up.
    private static final class Loaded {
        static final Map<String, ResourceKind> KINDS = load();

        private static Map<String, ResourceKind> load() {
            Map<String, ResourceKind> kinds = new TreeMap<>();
            for (Class<? extends HasMetadata> type : TYPES) {
                JsonNode spec = crd(HasMetadata.getFullResourceName(type)).path("spec");
                String kind = spec.at("/names/kind").asText();
                kinds.put(kind, new ResourceKind(
                        kind,
                        spec.path("scope").asText().equals("Namespaced"),
                        Schema.of(withoutSaying(spec.at("/versions/0/schema/openAPIV3Schema"))),
                        type));
            }
            return Collections.unmodifiableMap(kinds);
        }

        // Fields that every resource has without its CRD saying so; metadata has a validator of its own.
        private static JsonNode withoutSaying(JsonNode schema) {
            ObjectNode properties = (ObjectNode) schema.path("properties");
            properties.putObject("apiVersion").put("type", "string");
            properties.putObject("kind").put("type", "string");
            properties.putObject("metadata").put("x-kubernetes-preserve-unknown-fields", true);
            return schema;
        }

        private static JsonNode crd(String name) {
            String resource = "/META-INF/chaperone/crds/" + name + ".yaml";
            try (InputStream in = Api.class.getResourceAsStream(resource)) {
                if (in == null) {
                    throw new IllegalStateException("no " + resource + " on the class path");
                }
                String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
                return JsonTrees.of(YamlParser.parse(ManifestText.of(resource, text), 1, text).getFirst());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (YamlException e) {
                throw new IllegalStateException(resource, e);
            }
        }
    }
}
