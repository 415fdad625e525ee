package dev.chaperone.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

@Command(name = "audit", description = "What is in audit trails.", mixinStandardHelpOptions = true, synopsisSubcommandLabel = "COMMAND", subcommands = {
        AuditVerifyCommand.class, CommandLine.HelpCommand.class})
final class AuditCommand {}
