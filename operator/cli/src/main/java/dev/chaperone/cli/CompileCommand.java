package dev.chaperone.cli;

import dev.chaperone.cli.console.Console;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import dev.chaperone.config.BundleCodec;
import dev.chaperone.policy.CompilationResult;
import dev.chaperone.policy.Issue;
import dev.chaperone.policy.PolicyCompiler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "compile", description = "Compiles manifests into the config of one agent and prints it with its revision.", mixinStandardHelpOptions = true, exitCodeListHeading = "%nExit codes:%n", exitCodeList = {
        "0:compiled", "1:errors, printed on standard error", "2:wrong usage", "3:a file cannot be read"})
final class CompileCommand implements Callable<Integer> {
    enum Format {
        JSON, YAML
    }

    @Parameters(arity = "1..*", paramLabel = "PATH", description = "Files, trees, or - for standard input: policies, tool servers, and the Agent with its labels.")
    private List<String> paths = List.of();

    @Option(names = "--agent", required = true, paramLabel = "NAMESPACE/NAME", converter = AgentName.Converter.class, description = "The agent; its labels come from an Agent manifest among the inputs.")
    private AgentName agent = new AgentName("", "");

    @Option(names = "-o", paramLabel = "json|yaml", defaultValue = "yaml", description = "Output format (default: yaml).")
    private Format format = Format.YAML;

    @Option(names = "--bundle", paramLabel = "FILE", description = "Also writes the bundle that a guardrail loads: the config and its checked expressions.")
    private @Nullable Path bundle;

    @Override
    public Integer call() throws IOException {
        Manifests manifests = Manifests.of(ManifestFiles.read(paths));
        CompilationResult result = compile(new PolicyCompiler(), manifests, agent);
        List<Issue> issues = manifests.issuesFor(agent);
        issues.addAll(result.issues());
        IssuePrinter.print(Console.err(), issues);
        if (issues.stream().anyMatch(Issue::isError)) {
            return ExitCode.FINDINGS;
        }
        Console.out().line(write(result).stripTrailing());
        if (bundle != null) {
            Files.write(bundle, BundleCodec.write(result.bundle()));
        }
        return ExitCode.FINE;
    }

    static CompilationResult compile(PolicyCompiler compiler, Manifests manifests, AgentName agent) {
        if (!manifests.hasAgent(agent)) {
            Console.err().line("note: no Agent manifest names " + agent + ", so it has no labels to be selected by");
        }
        return compiler.compile(manifests.request(agent, manifests.policies()));
    }

    private String write(CompilationResult result) throws JsonProcessingException {
        ObjectMapper mapper = format == Format.JSON
                ? JsonMapper.builder().build()
                : JsonMapper.builder(YAMLFactory.builder()
                        .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                        .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
                        .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
                        .disable(YAMLGenerator.Feature.SPLIT_LINES)
                        .build())
                        .build();
        mapper.setDefaultPropertyInclusion(JsonInclude.Include.NON_EMPTY);
        return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(result.config());
    }
}
