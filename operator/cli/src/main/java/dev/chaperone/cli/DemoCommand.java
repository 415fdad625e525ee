package dev.chaperone.cli;

import dev.chaperone.cli.console.Console;
import dev.chaperone.cli.demo.Demo;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(name = "demo", description = "Plays an agent's session: a real tool server, a guardrail, the policies of policies/, and an edit.", mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
    @Override
    public Integer call() throws Exception {
        Demo.play(
                Console.out(),
                (policies, state) -> new PolicySource(
                        policies, new AgentName("default", "assistant"), new AcceptedPolicies(state), Console.none()));
        return ExitCode.FINE;
    }
}
