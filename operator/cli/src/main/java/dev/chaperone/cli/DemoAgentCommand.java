package dev.chaperone.cli;

import dev.chaperone.api.GuardrailPod;
import dev.chaperone.cli.demo.DemoPod;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(name = "demo-agent", description = "What the agent's pod of demo --cluster runs.", hidden = true)
final class DemoAgentCommand implements Callable<Integer> {
    @Override
    public Integer call() throws Exception {
        String url = System.getenv(GuardrailPod.MCP_URL_VARIABLE);
        if (url == null) {
            throw new EnvironmentException(GuardrailPod.MCP_URL_VARIABLE + " is not set: this pod has no guardrail");
        }
        DemoPod.runAgent(url);
        return ExitCode.FINE;
    }
}
