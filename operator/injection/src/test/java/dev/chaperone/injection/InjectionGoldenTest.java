package dev.chaperone.injection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.chaperone.api.GuardrailPod;
import dev.chaperone.api.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Each folder under {@code inject} holds a pod, {@code in-pod.yaml}, and what must become of it, {@code out-pod.yaml},
 * in which the guardrail's own container and volumes, and the egress lock, are shown by their names when they are whole.
 * In folders {@code locked-} the pod is locked.
 * {@code -Dgolden.update=true} writes the outputs.
 */
class InjectionGoldenTest {
    private static final Path CASES = Path.of("src/test/resources/inject");
    private static final boolean UPDATE = Boolean.getBoolean("golden.update");
    private static final YAMLMapper YAML = YAMLMapper.builder()
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
            .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
            .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
            .disable(YAMLGenerator.Feature.SPLIT_LINES)
            .build();
    private static final Workload CODER = new Workload("apps/v1", "Deployment", "coder", "7d1c");
    private static final PodInjector INJECTOR = new PodInjector(Settings.TYPICAL);

    @TestFactory
    Stream<DynamicNode> cases() throws IOException {
        List<Path> folders;
        try (Stream<Path> found = Files.list(CASES)) {
            folders = found.filter(Files::isDirectory).sorted().toList();
        }
        assertThat(folders).isNotEmpty();
        return folders.stream().map(folder -> DynamicContainer.dynamicContainer(
                folder.getFileName().toString(), List.of(
                        dynamicTest("comes out as recorded", () -> comesOutAsRecorded(folder)),
                        dynamicTest("comes out equal when it comes again", () -> isIdempotent(folder)),
                        dynamicTest("comes out so by its patch", () -> isPatchable(folder)),
                        dynamicTest("has no unused file", () -> assertThat(names(folder))
                                .isEqualTo(Set.of("in-pod.yaml", "out-pod.yaml"))))));
    }

    private static void comesOutAsRecorded(Path folder) throws IOException {
        JsonNode pod = pod(folder);
        JsonNode before = pod.deepCopy();

        String actual = YAML.writeValueAsString(shortened(inject(folder, pod)));

        if (UPDATE) {
            Files.writeString(folder.resolve("out-pod.yaml"), actual);
        }
        assertThat(actual).isEqualTo(Files.readString(folder.resolve("out-pod.yaml")));
        assertThat(pod).isEqualTo(before);
    }

    private static void isIdempotent(Path folder) throws IOException {
        JsonNode pod = pod(folder);
        JsonNode once = inject(folder, pod);
        assertThat(JsonPatch.between(once, inject(folder, once))).isEmpty();
    }

    private static void isPatchable(Path folder) throws IOException {
        JsonNode pod = pod(folder);
        JsonNode guarded = inject(folder, pod);
        JsonNode patched = io.fabric8.zjsonpatch.JsonPatch.apply(JsonPatch.between(pod, guarded), pod);
        assertThat(patched).isEqualTo(guarded);
    }

    private static ObjectNode inject(Path folder, JsonNode pod) {
        return folder.getFileName().toString().startsWith("locked-")
                ? INJECTOR.injectLocked(pod, workload(pod))
                : INJECTOR.inject(pod, workload(pod));
    }

    @Test
    void aGuardedPodNeedsNoPatch() throws IOException {
        JsonNode pod = pod(CASES.resolve("already-guarded"));
        assertThat(JsonPatch.between(pod, INJECTOR.inject(pod, Workload.POD))).isEmpty();
    }

    private static Workload workload(JsonNode pod) {
        return pod.at("/metadata/ownerReferences").isEmpty() ? Workload.POD : CODER;
    }

    private static JsonNode pod(Path folder) throws IOException {
        return YAML.readTree(Files.readString(folder.resolve("in-pod.yaml"))
                .replace("IMAGE", Settings.TYPICAL.image()));
    }

    private static JsonNode shortened(ObjectNode pod) {
        if (pod.at("/spec/initContainers/0").equals(GuardrailContainer.container(Settings.TYPICAL))) {
            ((ObjectNode) pod.at("/spec/initContainers/0")).retain("name").put("is", "the guardrail");
        }
        if (pod.at("/spec/initContainers/1").equals(EgressLockContainer.container(Settings.TYPICAL))) {
            ((ObjectNode) pod.at("/spec/initContainers/1")).retain("name").put("is", "the egress lock");
        }
        for (JsonNode volume : pod.at("/spec/volumes")) {
            if (GuardrailContainer.volumes().contains(volume)) {
                ((ObjectNode) volume).retain("name").put("is", "the guardrail's");
            }
        }
        assertThat(pod.at("/metadata/annotations").has(GuardrailPod.WORKLOAD_ANNOTATION)).isTrue();
        return pod;
    }

    private static Set<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
        }
    }
}
