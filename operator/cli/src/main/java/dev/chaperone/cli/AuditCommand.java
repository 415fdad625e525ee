package dev.chaperone.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

@Command(name = "audit", description = "Looks into the audit trails that guardrails write.", mixinStandardHelpOptions = true, synopsisSubcommandLabel = "COMMAND", subcommands = {
        AuditVerifyCommand.class, CommandLine.HelpCommand.class})
final class AuditCommand {}
