package dev.chaperone.cli;

/** Ends this process when the one that handed over to it is gone, killed included. */
final class EndWithParent {
    // The same name as in Launcher, which is compiled for an older Java and apart from this.
    private static final String PARENT = "chaperone.launcher.pid";

    private EndWithParent() {}

    static void watch() {
        Long parent = Long.getLong(PARENT);
        if (parent != null) {
            ProcessHandle.of(parent)
                    .ifPresentOrElse(
                            process -> process.onExit().thenRun(() -> Runtime.getRuntime().halt(ExitCode.ENVIRONMENT)),
                            () -> Runtime.getRuntime().halt(ExitCode.ENVIRONMENT));
        }
    }
}
