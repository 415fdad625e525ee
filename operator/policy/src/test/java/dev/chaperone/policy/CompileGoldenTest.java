package dev.chaperone.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;

/**
 * Each folder under {@code compile} holds manifests and what must become of them: {@code in-*.yaml} is given, policies
 * in {@code in-accepted*.yaml} were accepted before, {@code out-config.yaml} and {@code out-issues.txt} come out. A
 * folder without an Agent is only checked. {@code -Dgolden.update=true} writes the outputs.
 */
class CompileGoldenTest {
    private static final Path CASES = Path.of("src/test/resources/compile");
    private static final boolean UPDATE = Boolean.getBoolean("golden.update");

    private static final YAMLMapper YAML = YAMLMapper.builder()
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
            .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
            .disable(YAMLGenerator.Feature.SPLIT_LINES)
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.NON_NULL))
            .build();

    @TestFactory
    Stream<DynamicNode> cases() throws IOException {
        List<Path> folders;
        try (Stream<Path> found = Files.list(CASES)) {
            folders = found.filter(Files::isDirectory).sorted().toList();
        }
        assertThat(folders).isNotEmpty();
        return folders.stream().map(folder -> DynamicContainer.dynamicContainer(
                folder.getFileName().toString(), List.of(
                        dynamicTest("comes out as recorded", () -> {
                            Map<String, String> actual = outputs(folder);
                            if (UPDATE) {
                                write(folder, actual);
                            }
                            assertThat(actual).isEqualTo(recorded(folder));
                        }),
                        dynamicTest("has no unused file", () -> assertThat(names(folder))
                                .allMatch(name -> name.matches("in-.+\\.yaml|out-config\\.yaml|out-issues\\.txt"))))));
    }

    private static Map<String, String> outputs(Path folder) throws IOException {
        Manifests manifests = new Manifests();
        for (String name : names(folder)) {
            if (name.startsWith("in-accepted")) {
                manifests.addAccepted(Files.readString(folder.resolve(name)));
            } else if (name.startsWith("in-")) {
                manifests.add(name, Files.readString(folder.resolve(name)));
            }
        }
        PolicyCompiler compiler = new PolicyCompiler();
        Map<String, String> outputs = new TreeMap<>();
        List<Issue> issues;
        if (manifests.hasAgent()) {
            CompilationResult result = compiler.compile(manifests.request());
            issues = result.issues();
            ObjectNode config = YAML.valueToTree(result.config().getSpec());
            config.put("revision", "<revision>");
            config.findParents("program").forEach(parent -> ((ObjectNode) parent).put("program", "<program>"));
            config.putPOJO("accepted", result.accepted().stream().map(PolicyId::toString).toList());
            outputs.put("out-config.yaml", YAML.writeValueAsString(config));
        } else {
            issues = compiler.check(manifests.policies(), manifests.servers());
        }
        outputs.put(
                "out-issues.txt",
                issues.stream().map(Issue::render).collect(Collectors.joining("\n\n", "", "\n")));
        return outputs;
    }

    private static Map<String, String> recorded(Path folder) throws IOException {
        Map<String, String> recorded = new TreeMap<>();
        for (String name : names(folder)) {
            if (name.startsWith("out-")) {
                recorded.put(name, Files.readString(folder.resolve(name)));
            }
        }
        return recorded;
    }

    private static void write(Path folder, Map<String, String> outputs) {
        outputs.forEach((name, text) -> {
            try {
                Files.writeString(folder.resolve(name), text);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private static Set<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .collect(Collectors.toCollection(java.util.TreeSet::new));
        }
    }
}
