package dev.chaperone.cli;

import dev.chaperone.cli.console.Console;
import dev.chaperone.cli.demo.ClusterDemo;
import dev.chaperone.cli.demo.Demo;
import dev.chaperone.cli.demo.DemoException;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(name = "demo", description = "Plays an agent's session: a real tool server, a guardrail, the policies of policies/, and an edit.", mixinStandardHelpOptions = true, footer = {
        "",
        "Without --cluster it needs nothing but this command."
}, exitCodeListHeading = "%nExit codes:%n", exitCodeList = {
        "0:it went as it is meant to go", "1:it did not", "2:wrong usage", "3:it cannot be played here"})
final class DemoCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @ArgGroup(exclusive = false)
    private @Nullable Cluster cluster;

    static final class Cluster {
        @Option(names = "--cluster", required = true, description = "Plays it in pods of a cluster where Chaperone is installed, in namespaces of its own, which are removed in the end.")
        private boolean wanted;

        @Option(names = "--image", paramLabel = "NAME@sha256:DIGEST", description = "The image of this command, as the cluster's nodes know it; operator/images makes it.")
        private @Nullable String image;

        @Option(names = "--context", paramLabel = "NAME", description = "A context of the kubeconfig (default: the current one).")
        private @Nullable String context;

        @Option(names = "--keep", description = "Leaves everything as it is in the end, to look at.")
        private boolean keep;
    }

    @Override
    public Integer call() throws Exception {
        try {
            return play() ? ExitCode.FINE : ExitCode.FINDINGS;
        } catch (DemoException e) {
            throw new EnvironmentException(String.valueOf(e.getMessage()));
        }
    }

    private boolean play() throws Exception {
        if (cluster == null || !cluster.wanted) {
            return Demo.play(
                    Console.out(),
                    (policies, state) -> new PolicySource(
                            policies, new AgentName("default", "assistant"), new AcceptedPolicies(state),
                            Console.none()));
        }
        if (cluster.image == null) {
            throw new ParameterException(
                    Objects.requireNonNull(spec).commandLine(),
                    "--cluster needs --image NAME@sha256:DIGEST, the image of this command: "
                            + ClusterDemo.HOW_TO_LOAD + ".");
        }
        return ClusterDemo.play(
                Console.out(), new ClusterDemo.Settings(cluster.context, cluster.image, cluster.keep));
    }
}
