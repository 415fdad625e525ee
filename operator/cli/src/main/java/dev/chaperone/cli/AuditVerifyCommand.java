package dev.chaperone.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.chaperone.cli.audit.AuditReport;
import dev.chaperone.cli.audit.AuditVerifier;
import dev.chaperone.cli.audit.LogLines;
import dev.chaperone.cli.audit.Place;
import dev.chaperone.cli.audit.ReportJson;
import dev.chaperone.cli.audit.ReportText;
import dev.chaperone.cli.console.Console;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(name = "verify", description = "Finds what was removed, changed, put in, moved or replayed in audit trails, and says where.", mixinStandardHelpOptions = true, footer = {
        "",
        "Trails of any number of boots and agents may be mixed, and files may come in",
        "any order: what a guardrail or the operator prints, with or without the times",
        "of kubectl logs, log files of container runtimes, compressed or not. Lines that",
        "do not begin with '{' are counted and passed over.",
        "",
        "Nothing vouches for the very end of a trail until the next boot names it. Note",
        "elsewhere the heads that are printed, and give them with --head."
}, exitCodeListHeading = "%nExit codes:%n", exitCodeList = {
        "0:nothing was found", "1:findings, printed with file and line", "2:wrong usage", "3:a file cannot be read"})
final class AuditVerifyCommand implements Callable<Integer> {
    enum Format {
        TEXT, JSON
    }

    private static final Pattern HEAD = Pattern
            .compile("([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})=(?:sha256:)?([0-9a-f]{64})");

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(arity = "1..*", paramLabel = "FILE", description = "Files, or - for standard input.")
    private List<String> files = List.of();

    @Option(names = "--partial", description = "Accepts trails that begin anywhere: what came before was rotated away.")
    private boolean partial;

    @Option(names = "--strict", description = "Accepts no line that is not a record.")
    private boolean strict;

    @Option(names = "--at-least-once", description = "Accepts records that come again unchanged, as collectors deliver them, the operator among them.")
    private boolean atLeastOnce;

    @Option(names = "--head", paramLabel = "BOOT=SHA256", description = "A head that was noted earlier: this record must still be in the trail of that boot.")
    private List<String> heads = List.of();

    @Option(names = "-o", paramLabel = "text|json", defaultValue = "text", description = "Output format (default: text).")
    private Format format = Format.TEXT;

    @Override
    public Integer call() throws IOException {
        AuditVerifier verifier = new AuditVerifier(
                new AuditVerifier.Options(partial, strict, atLeastOnce, digests()));
        Set<Object> seen = new HashSet<>();
        for (String file : files) {
            if (!seen.add(identity(file))) {
                throw wrong(file + " is given twice");
            }
        }
        for (String file : files) {
            if (!read(file, verifier)) {
                break;
            }
        }
        AuditReport report = verifier.finish();
        if (format == Format.JSON) {
            Console.out().line(new ObjectMapper().writeValueAsString(ReportJson.of(report)));
        } else {
            ReportText.print(report, Console.out());
        }
        return report.fine() ? ExitCode.FINE : ExitCode.FINDINGS;
    }

    private static Object identity(String file) throws IOException {
        if (file.equals(ManifestFiles.STANDARD_INPUT)) {
            return file;
        }
        Path path = Path.of(file);
        if (Files.isDirectory(path)) {
            throw new EnvironmentException(file + " is a folder");
        }
        // A pipe of the shell, <(…), is there and has no path of its own.
        return Files.isRegularFile(path) || !Files.exists(path) ? path.toRealPath() : path.toAbsolutePath();
    }

    private boolean read(String file, AuditVerifier verifier) throws IOException {
        boolean standardInput = file.equals(ManifestFiles.STANDARD_INPUT);
        String name = standardInput ? "<stdin>" : file;
        verifier.file(name);
        boolean[] more = {true};
        try (InputStream in = standardInput ? System.in : Files.newInputStream(Path.of(file))) {
            LogLines.read(in, (number, line) -> more[0] = verifier.add(new Place(name, number), line));
        } catch (FileSystemException e) {
            throw e;
        } catch (IOException e) {
            throw new EnvironmentException(name + " cannot be read: " + e.getMessage());
        }
        return more[0];
    }

    private Map<String, String> digests() {
        Map<String, String> digests = new HashMap<>();
        for (String noted : heads) {
            var head = HEAD.matcher(noted);
            if (!head.matches()) {
                throw wrong("--head is BOOT=SHA256, as a boot and its head are printed: '" + noted + "' is not");
            }
            digests.put("sha256:" + head.group(2), head.group(1));
        }
        return digests;
    }

    private ParameterException wrong(String message) {
        return new ParameterException(Objects.requireNonNull(spec).commandLine(), message);
    }
}
