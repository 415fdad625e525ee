package dev.chaperone.cli;

import dev.chaperone.api.Agent;
import dev.chaperone.api.ClusterOversightPolicy;
import dev.chaperone.cli.cluster.ClusterException;
import dev.chaperone.cli.cluster.Clusters;
import dev.chaperone.cli.console.Console;
import dev.chaperone.cli.coverage.CoverageJson;
import dev.chaperone.cli.coverage.CoverageReport;
import dev.chaperone.cli.coverage.CoverageTable;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "coverage", description = "Says which pods of a cluster's agents are guarded, and what is wrong with the others.", mixinStandardHelpOptions = true, footer = {
        "",
        "As kubectl chaperone coverage: put kubectl-chaperone, which lies beside this command's jar, on the PATH."
}, exitCodeListHeading = "%nExit codes:%n", exitCodeList = {
        "0:every pod is guarded, or exempt", "1:some are not, or have not been counted yet", "2:wrong usage",
        "3:there is no cluster to ask, or Chaperone is not installed there"})
final class CoverageCommand implements Callable<Integer> {
    enum Output {
        TABLE, JSON
    }

    static final class Where {
        @Option(names = {"-n",
                "--namespace"}, paramLabel = "NAME", description = "Agents of this namespace (default: that of the context).")
        private @Nullable String namespace;

        @Option(names = {"-A", "--all-namespaces"}, description = "Agents of all namespaces.")
        private boolean all;
    }

    @ArgGroup
    private @Nullable Where where;

    @Option(names = "--context", paramLabel = "NAME", description = "A context of the kubeconfig (default: the current one).")
    private @Nullable String context;

    @Option(names = {"-o",
            "--output"}, paramLabel = "FORMAT", defaultValue = "table", description = "table or json (default: ${DEFAULT-VALUE}).")
    private Output output = Output.TABLE;

    @Override
    public Integer call() {
        CoverageReport report = report();
        Console console = Console.out();
        if (output == Output.JSON) {
            console.line(CoverageJson.of(report));
        } else {
            new CoverageTable(console).print(report);
        }
        return report.total().isComplete() ? ExitCode.FINE : ExitCode.FINDINGS;
    }

    private CoverageReport report() {
        Config config = config();
        // Somebody waits for the answer.
        config.setRequestRetryBackoffLimit(1);
        try (KubernetesClient client = Clusters.client(config)) {
            String namespace = namespace(config);
            var agents = client.resources(Agent.class);
            List<Agent> found = (namespace == null ? agents.inAnyNamespace() : agents.inNamespace(namespace)).list()
                    .getItems();
            return CoverageReport.of(found, policies(client), namespace);
        } catch (KubernetesClientException e) {
            // So it answers about a kind that it does not know.
            boolean absent = e.getCode() == HttpURLConnection.HTTP_NOT_FOUND;
            throw new EnvironmentException(
                    config.getMasterUrl() + ": "
                            + (absent ? "Chaperone is not installed in this cluster" : Clusters.told(e)));
        }
    }

    /** Null for all. */
    private @Nullable String namespace(Config config) {
        if (where != null && where.all) {
            return null;
        }
        String namespace = where != null && where.namespace != null ? where.namespace : config.getNamespace();
        return namespace == null ? "default" : namespace;
    }

    /** Null when whoever asks may not see them: a team sees its own agents, and not what is said of the cluster. */
    private static @Nullable List<ClusterOversightPolicy> policies(KubernetesClient client) {
        try {
            return client.resources(ClusterOversightPolicy.class).list().getItems();
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_FORBIDDEN) {
                return null;
            }
            throw e;
        }
    }

    private Config config() {
        try {
            return Clusters.config(context);
        } catch (ClusterException e) {
            throw new EnvironmentException(String.valueOf(e.getMessage()));
        }
    }
}
