package dev.chaperone.cli;

import dev.chaperone.cli.console.Console;
import dev.chaperone.cli.console.Console.Tone;
import java.nio.file.FileSystemException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;

/** The command and its subcommands. */
@Command(name = "chaperone", description = "Policies for what AI agents may do with tools.", mixinStandardHelpOptions = true, versionProvider = Version.class, synopsisSubcommandLabel = "COMMAND", subcommands = {
        ValidateCommand.class,
        CompileCommand.class,
        DecideCommand.class,
        AuditCommand.class,
        GuardCommand.class,
        PinCommand.class,
        CoverageCommand.class,
        DemoCommand.class,
        DemoToolsCommand.class,
        DemoAgentCommand.class,
        CommandLine.HelpCommand.class
}, exitCodeListHeading = "%nExit codes:%n", exitCodeList = {
        "0:all is well",
        "1:findings: errors in policies, audit trails that are not whole, pods that are not guarded, tools that changed",
        "2:wrong usage",
        "3:something around the command is missing"
})
public final class ChaperoneMain {
    private ChaperoneMain() {}

    public static void main(String[] arguments) {
        EndWithParent.watch();
        System.exit(run(arguments));
    }

    static int run(String... arguments) {
        CommandLine line = new CommandLine(new ChaperoneMain());
        line.setColorScheme(CommandLine.Help.defaultColorScheme(
                System.getenv("NO_COLOR") == null ? Ansi.AUTO : Ansi.OFF));
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setExecutionExceptionHandler((e, _, _) -> {
            Console err = Console.err();
            String told = switch (e) {
                case EnvironmentException environment -> environment.getMessage();
                case FileSystemException file -> EnvironmentException.of(file).getMessage();
                default -> "unexpected: " + e;
            };
            err.line(err.tone(Tone.BAD, "chaperone: ") + told);
            return ExitCode.ENVIRONMENT;
        });
        if (arguments.length == 0) {
            line.usage(System.err);
            return ExitCode.USAGE;
        }
        return line.execute(arguments);
    }
}
