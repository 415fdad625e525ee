package dev.chaperone.cli;

/** What the command tells scripts. */
final class ExitCode {
    /** All is well. */
    static final int FINE = 0;
    /** There are findings: errors in policies, audit trails that are not whole. */
    static final int FINDINGS = 1;
    /** The command was used wrongly. */
    static final int USAGE = 2;
    /** Something around the command is missing: a file that cannot be read, a port that is taken. */
    static final int ENVIRONMENT = 3;

    private ExitCode() {}
}
