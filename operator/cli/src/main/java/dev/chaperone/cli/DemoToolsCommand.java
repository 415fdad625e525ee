package dev.chaperone.cli;

import dev.chaperone.cli.demo.DemoPod;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(name = "demo-tools", description = "What the tool servers' pod of demo --cluster runs.", hidden = true)
final class DemoToolsCommand implements Callable<Integer> {
    @Override
    public Integer call() throws Exception {
        DemoPod.runTools();
        return ExitCode.FINE;
    }
}
