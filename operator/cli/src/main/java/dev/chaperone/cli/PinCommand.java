package dev.chaperone.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.chaperone.api.ServerDescription;
import dev.chaperone.api.ServerDescription.Tool;
import dev.chaperone.cli.console.Console;
import dev.chaperone.cli.console.Console.Tone;
import dev.chaperone.cli.pin.ManifestEdit;
import dev.chaperone.cli.pin.ToolLists;
import dev.chaperone.cli.pin.ToolLists.Listed;
import dev.chaperone.cli.pin.ToolServerClient;
import dev.chaperone.policy.Issue;
import dev.chaperone.policy.Sourced;
import dev.chaperone.policy.manifest.ManifestReader;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.CustomResource;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(name = "pin", description = "Pins tools of tool servers to the definitions that the servers list now, which you have reviewed: prints the manifests with their digests.", mixinStandardHelpOptions = true, exitCodeListHeading = "%nExit codes:%n", exitCodeList = {
        "0:every tool is pinned to what its server lists, and none was pinned to anything else",
        "1:errors in manifests, tools that were pinned to another definition, or that the server does not list",
        "2:wrong usage",
        "3:a file cannot be read, or a server cannot be asked"})
final class PinCommand implements Callable<Integer> {
    @Parameters(arity = "1..*", paramLabel = "FILE", description = "Manifests of tool servers, whose spec.tools name the tools to pin.")
    private List<Path> files = List.of();

    @Option(names = "--url", paramLabel = "URL", description = "Where to ask instead of spec.url, for example at a forwarded port. With one tool server.")
    private @Nullable URI url;

    @Option(names = "--list", paramLabel = "FILE", description = "Reads a saved answer to tools/list instead of asking. With one tool server.")
    private @Nullable Path list;

    @Option(names = "--token-file", paramLabel = "FILE", description = "A bearer token for the server. With one tool server.")
    private @Nullable Path tokenFile;

    @Option(names = "--server", paramLabel = "NAME", description = "Only the tool server of this name.")
    private @Nullable String only;

    @Option(names = "--in-place", description = "Writes the files instead of printing them.")
    private boolean inPlace;

    @Spec
    private @Nullable CommandSpec spec;

    private final Console err = Console.err();
    private boolean findings;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Manifests all = Manifests.of(ManifestFiles.read(files.stream().map(Path::toString).toList()));
        IssuePrinter.print(err, all.issues());
        if (all.issues().stream().anyMatch(Issue::isError)) {
            return ExitCode.FINDINGS;
        }
        long wanted = Stream.concat(all.servers().stream(), all.sharedServers().stream()).filter(this::isWanted)
                .count();
        if (wanted == 0) {
            throw new CommandLine.ParameterException(commandLine(), "there is no such tool server in these files");
        }
        if (wanted > 1 && (url != null || list != null || tokenFile != null)) {
            throw new CommandLine.ParameterException(commandLine(),
                    "--url, --list and --token-file are for one tool server, and here are " + wanted
                            + ": choose one with --server");
        }
        List<String> texts = new ArrayList<>();
        for (Path file : files) {
            String before = Files.readString(file);
            String after = pinned(file, before);
            texts.add(after);
            if (inPlace && !after.equals(before)) {
                Files.writeString(file, after);
            }
        }
        if (!inPlace) {
            Console.out().line(String.join("\n---\n", texts.stream().map(String::stripTrailing).toList()));
        }
        return findings ? ExitCode.FINDINGS : ExitCode.FINE;
    }

    private CommandLine commandLine() {
        return Objects.requireNonNull(spec).commandLine();
    }

    private boolean isWanted(Sourced<? extends HasMetadata> server) {
        return only == null || server.resource().getMetadata().getName().equals(only);
    }

    private static List<Sourced<? extends HasMetadata>> servers(Path file, String text) {
        Manifests manifests = Manifests.of(ManifestReader.read(file.toString(), text));
        return manifests.issues().stream().anyMatch(Issue::isError)
                ? List.of()
                : Stream.concat(manifests.servers().stream(), manifests.sharedServers().stream())
                        .collect(Collectors.toList());
    }

    private String pinned(Path file, String text) throws IOException, InterruptedException {
        ManifestEdit edit = new ManifestEdit(text);
        List<List<Tool>> wanted = new ArrayList<>();
        for (Sourced<? extends HasMetadata> server : servers(file, text)) {
            ServerDescription described = description(server.resource());
            wanted.add(isWanted(server) ? pin(edit, server, described) : tools(described));
        }
        String result = edit.result();
        // Anchors and unusual spellings may have it say something else.
        if (servers(file, result).stream().map(server -> tools(description(server.resource()))).toList()
                .equals(wanted)) {
            return result;
        }
        findings = true;
        err.line(file + " is written in a way that cannot be edited here. Write into it yourself:");
        wanted.forEach(tools -> tools.stream().filter(tool -> tool.definition() != null).forEach(tool -> err.line(
                "  - {name: " + tool.name() + ", definition: " + tool.definition() + "}")));
        return text;
    }

    private static ServerDescription description(HasMetadata server) {
        return (ServerDescription) ((CustomResource<?, ?>) server).getSpec();
    }

    private static List<Tool> tools(ServerDescription server) {
        return Objects.requireNonNullElse(server.tools(), List.of());
    }

    /** The tools as the manifest should have them. */
    private List<Tool> pin(ManifestEdit edit, Sourced<? extends HasMetadata> server, ServerDescription described)
            throws IOException, InterruptedException {
        String name = server.resource().getKind() + " " + server.resource().getMetadata().getName();
        SortedMap<String, Listed> listed = ToolLists.digests(listed(name, described));
        List<Tool> result = new ArrayList<>();
        List<Tool> declared = tools(described);
        for (int i = 0; i < declared.size(); i++) {
            Tool tool = declared.get(i);
            Listed shown = listed.getOrDefault(tool.name(), new Listed(null, "the server does not list it"));
            tell(name, tool, shown);
            String digest = shown.digest() == null ? tool.definition() : shown.digest();
            if (digest != null && !digest.equals(tool.definition())) {
                edit.pin(server.source(), i, tool, digest);
            }
            result.add(new Tool(tool.name(), tool.stakes(), tool.inputSchema(), digest));
        }
        List<String> others = listed.keySet().stream()
                .filter(each -> declared.stream().noneMatch(tool -> tool.name().equals(each)))
                .map(Console::plain).toList();
        if (!others.isEmpty()) {
            err.line(
                    name + ": the server also lists " + String.join(", ", others) + ", which spec.tools does not name");
        }
        return result;
    }

    private void tell(String server, Tool tool, Listed shown) {
        String which = server + ": " + tool.name() + ": ";
        if (shown.digest() == null) {
            findings = true;
            err.line(which + err.tone(Tone.BAD, "not pinned") + ", " + shown.problem());
        } else if (tool.definition() == null) {
            err.line(which + "pinned to " + shown.digest());
        } else if (shown.digest().equals(tool.definition())) {
            err.line(which + "as pinned");
        } else {
            findings = true;
            err.line(which + err.tone(Tone.BAD, "changed") + ", was pinned to " + tool.definition()
                    + ", the server lists " + shown.digest());
        }
    }

    private List<JsonNode> listed(String name, ServerDescription server) throws IOException, InterruptedException {
        if (list != null) {
            byte[] saved = Files.readAllBytes(list);
            try {
                return ToolLists.saved(saved);
            } catch (IOException e) {
                throw new EnvironmentException(list + " is no answer to tools/list: " + e.getMessage());
            }
        }
        URI at = url == null ? URI.create(server.url()) : url;
        try {
            return ToolServerClient.list(at, tokenFile == null ? null : Files.readString(tokenFile).strip());
        } catch (IOException | IllegalArgumentException e) {
            throw new EnvironmentException(name + " cannot be asked at " + at + ": "
                    + (e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage()));
        }
    }
}
