package dev.chaperone.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import io.fabric8.crdv2.generator.CRDGenerator;
import io.fabric8.kubernetes.client.CustomResource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Makes the CRDs. Which fields there are comes from the records, so that code and schema cannot part; what fields mean
 * and how long they may be comes from a {@link SchemaOverlay}, because the records of the guardrail's contract may not
 * know Kubernetes and because annotations can say neither list keys nor the limits of list elements.
 */
final class CrdGenerator {
    static final List<Class<? extends CustomResource<?, ?>>> KINDS = List
            .of(Agent.class, ClusterOversightPolicy.class, ClusterToolPolicy.class, ClusterToolServer.class,
                    GuardrailConfig.class, GuardrailShape.class, OversightPolicy.class, ToolPolicy.class,
                    ToolServer.class);

    private static final ObjectMapper YAML = new ObjectMapper(YAMLFactory.builder()
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
            .disable(YAMLGenerator.Feature.SPLIT_LINES)
            .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
            .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
            .enable(YAMLGenerator.Feature.INDENT_ARRAYS_WITH_INDICATOR)
            .build()).enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);

    private CrdGenerator() {}

    /** The CRDs by file name. */
    static SortedMap<String, String> generate() {
        SortedMap<String, String> files = new TreeMap<>();
        for (Class<? extends CustomResource<?, ?>> kind : KINDS) {
            ObjectNode crd = structureOf(kind);
            SchemaOverlay.load(crd.at("/spec/names/plural").asText()).applyTo((ObjectNode) crd.at("/spec/versions/0"));
            files.put(crd.at("/metadata/name").asText() + ".yaml", write(crd));
        }
        return files;
    }

    private static ObjectNode structureOf(Class<? extends CustomResource<?, ?>> kind) {
        var bytes = new ByteArrayOutputStream();
        new CRDGenerator().customResourceClasses(kind)
                .forCRDVersions("v1")
                .withOutput(new InMemory(bytes))
                .generate();
        try {
            return (ObjectNode) YAML.readTree(bytes.toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String write(JsonNode crd) {
        try {
            return "# Generated from operator/api, do not edit.\n" + YAML
                    .writeValueAsString(YAML.convertValue(crd, Map.class));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private record InMemory(ByteArrayOutputStream bytes) implements CRDGenerator.CRDOutput<ByteArrayOutputStream> {
        @Override
        public ByteArrayOutputStream outputFor(String crdName) {
            return bytes;
        }

        @Override
        public void close() {}
    }
}
