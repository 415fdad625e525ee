package dev.chaperone.cli;

import dev.chaperone.cli.console.Console;
import dev.chaperone.cli.console.Console.Tone;
import dev.chaperone.config.Digests;
import dev.chaperone.guardrail.Guardrail;
import dev.chaperone.guardrail.GuardrailSettings;
import dev.chaperone.guardrail.proxy.Limits;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "guard", description = "Runs a guardrail from manifests, without a cluster.", mixinStandardHelpOptions = true, footer = {
        "",
        "The agent reaches tool server NAME at http://HOST:PORT/mcp/NAME; ToolServer.spec.url says where it lives.",
        "Edits under --policies take effect within a second; one that does not compile is told on standard error",
        "and leaves the last accepted version of its policy in force."
}, exitCodeListHeading = "%nExit codes:%n", exitCodeList = {"2:wrong usage",
        "3:it cannot listen, or a directory cannot be used",
        "130, 143:ended by a signal, once what was under way had ended"})
final class GuardCommand implements Callable<Integer> {
    private static final int DIGEST_PREFIX = "sha256:".length();

    @Option(names = "--policies", required = true, paramLabel = "DIR", description = "A tree of manifests, or one file.")
    private Path policies = Path.of("");

    @Option(names = "--agent", required = true, paramLabel = "NAMESPACE/NAME", converter = AgentName.Converter.class, description = "The agent; its labels come from an Agent manifest under --policies.")
    private AgentName agent = new AgentName("", "");

    @Option(names = "--listen", paramLabel = "HOST:PORT", defaultValue = "127.0.0.1:"
            + GuardrailSettings.PORT, converter = HostAndPort.class, description = "Where the agent reaches it (default: ${DEFAULT-VALUE}).")
    private InetSocketAddress listen = new InetSocketAddress(0);

    @Option(names = "--admin", paramLabel = "HOST:PORT", converter = HostAndPort.class, description = "Health and metrics (default: 127.0.0.1:"
            + GuardrailSettings.ADMIN_PORT
            + ", or any free port when that is taken).")
    private @Nullable InetSocketAddress admin;

    @Option(names = "--host", paramLabel = "NAME", description = "A further host name under which it may be addressed.")
    private Set<String> hosts = Set.of();

    @Option(names = "--credentials", paramLabel = "DIR", description = "A file per tool server, of its name, with the bearer token that the guardrail adds where the ToolServer has spec.credentials.")
    private @Nullable Path credentials;

    @Option(names = "--state", paramLabel = "DIR", description = "What outlives a restart: last good config, session, audit trail. It is the session"
            + " (default: below ~/.local/state/chaperone, for this agent and these policies).")
    private @Nullable Path state;

    @Option(names = "--audit", paramLabel = "FILE", description = "The audit trail (default: audit.jsonl in the state directory).")
    private @Nullable Path audit;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (!Files.exists(policies)) {
            throw new EnvironmentException(policies + " does not exist");
        }
        if (credentials != null && !Files.isDirectory(credentials)) {
            throw new EnvironmentException(credentials + " is not a folder");
        }
        if (listen.isUnresolved()) {
            throw new EnvironmentException(listen.getHostString() + " is no known host");
        }
        Console err = Console.err();
        Path stateDirectory = state == null ? defaultState() : state;
        Guardrail guardrail;
        try {
            Files.createDirectories(stateDirectory);
            guardrail = start(stateDirectory, err);
        } catch (FileSystemException e) {
            throw EnvironmentException.of(e);
        } catch (IOException e) {
            throw new EnvironmentException(
                    e.getMessage() + (e.getCause() == null ? "" : ": " + e.getCause().getMessage()));
        }
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                guardrail.close();
            } catch (IOException e) {
                err.line("chaperone: " + e.getMessage());
            }
            stopped.countDown();
        }, "drain"));
        err.line("guarding " + err.tone(Tone.STRONG, agent.toString()) + " at http://" + authority(guardrail.address())
                + "/mcp/<tool server>");
        err.line("audit trail " + auditFile(stateDirectory));
        err.line("health and metrics http://" + authority(guardrail.adminAddress()) + "/readyz");
        stopped.await();
        return ExitCode.FINE;
    }

    private Guardrail start(Path stateDirectory, Console err) throws IOException {
        var source = new PolicySource(policies, agent, new AcceptedPolicies(stateDirectory), err);
        InetSocketAddress usual = new InetSocketAddress("127.0.0.1", GuardrailSettings.ADMIN_PORT);
        return Guardrail.start(
                settings(stateDirectory,
                        admin != null ? admin : free(usual) ? usual : new InetSocketAddress("127.0.0.1", 0)),
                source,
                Clock.systemUTC());
    }

    private GuardrailSettings settings(Path stateDirectory, InetSocketAddress adminAddress) {
        return new GuardrailSettings(
                agent.toString(),
                listen,
                adminAddress,
                hosts,
                stateDirectory,
                auditFile(stateDirectory),
                null,
                credentials,
                null,
                Limits.DEFAULT);
    }

    private static boolean free(InetSocketAddress address) {
        try (var socket = new java.net.ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(address);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private Path auditFile(Path stateDirectory) {
        return audit == null ? stateDirectory.resolve("audit.jsonl") : audit;
    }

    private Path defaultState() {
        String base = System.getenv("XDG_STATE_HOME");
        Path root = base == null || base.isEmpty()
                ? Path.of(System.getProperty("user.home"), ".local", "state")
                : Path.of(base);
        String tree = Digests.of(policies.toAbsolutePath().normalize().toString().getBytes(StandardCharsets.UTF_8))
                .substring(DIGEST_PREFIX, DIGEST_PREFIX + 12);
        return root.resolve("chaperone").resolve(agent.namespace()).resolve(agent.name()).resolve(tree);
    }

    private static String authority(InetSocketAddress address) {
        String host = address.getAddress().getHostAddress();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
    }
}
