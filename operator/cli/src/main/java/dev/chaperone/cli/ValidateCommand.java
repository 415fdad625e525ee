package dev.chaperone.cli;

import dev.chaperone.cli.console.Console;
import dev.chaperone.cli.console.Console.Tone;
import dev.chaperone.policy.Issue;
import dev.chaperone.policy.PolicyCompiler;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "validate", description = "Checks manifests as the cluster would: their shape, and every expression.", mixinStandardHelpOptions = true, exitCodeListHeading = "%nExit codes:%n", exitCodeList = {
        "0:no errors", "1:errors, printed with file, line and column", "2:wrong usage", "3:a file cannot be read"})
final class ValidateCommand implements Callable<Integer> {
    @Parameters(arity = "1..*", paramLabel = "PATH", description = "Files, trees of .yaml, .yml and .json files, or - for standard input.")
    private List<String> paths = List.of();

    @Override
    public Integer call() {
        var documents = ManifestFiles.read(paths);
        Manifests manifests = Manifests.of(documents);
        List<Issue> issues = new ArrayList<>(manifests.issues());
        issues.addAll(new PolicyCompiler().check(
                manifests.policies().stream().filter(policy -> policy.current() != null).toList(),
                manifests.toolServers()));
        Console out = Console.out();
        IssuePrinter.print(out, issues);
        if (manifests.surroundingsUnclear()) {
            out.line("note: rules were not checked against tool servers that could not be read");
        }
        long errors = issues.stream().filter(Issue::isError).count();
        if (errors > 0) {
            out.line(out.tone(Tone.BAD, errors + (errors == 1 ? " error" : " errors")) + warnings(issues));
            return ExitCode.FINDINGS;
        }
        out.line(out.tone(Tone.GOOD, "ok") + ": " + manifests.policies().size() + " policies, "
                + (manifests.servers().size() + manifests.sharedServers().size()) + " tool servers" + warnings(issues));
        return ExitCode.FINE;
    }

    private static String warnings(List<Issue> issues) {
        long warnings = issues.stream().filter(issue -> !issue.isError()).count();
        return warnings == 0 ? "" : warnings == 1 ? ", 1 warning" : ", " + warnings + " warnings";
    }
}
