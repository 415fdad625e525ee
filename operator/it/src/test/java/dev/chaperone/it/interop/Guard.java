package dev.chaperone.it.interop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** The guardrail as a process of its own, from the jar that is shipped, on a free port. */
final class Guard implements AutoCloseable {
    /** Every capability there is, in the words of a ToolServer. */
    static final String ALL_CAPABILITIES = "[Tools, Resources, Prompts, Completion, Sampling, Elicitation, Roots, Tasks]";
    /** What a ToolServer has that asks for nothing. */
    static final String DEFAULT_CAPABILITIES = "[Tools]";

    private static final Path JAR = Path.of("..", "cli", "target", "chaperone.jar").toAbsolutePath().normalize();
    private static final Pattern LISTENS = Pattern.compile("guarding \\S+ at (http://\\S+/mcp/)<tool server>");
    private static final Duration STARTING = Duration.ofSeconds(60);
    private static final String AGENT = """
            apiVersion: chaperone.dev/v1alpha1
            kind: Agent
            metadata: {name: coder, namespace: test}
            spec: {}
            """;

    private final Program program;
    private final String base;

    private Guard(Program program) {
        this.program = program;
        this.base = program.await(LISTENS, STARTING).group(1).replace("127.0.0.1", "localhost");
    }

    /** Starts it with the manifests that {@link #toolServer} and {@link #policy} make. */
    static Guard start(Path directory, String... manifests) {
        if (!Files.exists(JAR)) {
            throw new IllegalStateException(JAR + " is missing: mvn package -pl operator/cli -am builds it");
        }
        try {
            Path policies = Files.createDirectories(directory.resolve("policies"));
            Files.writeString(policies.resolve("all.yaml"), AGENT + "---\n" + String.join("---\n", manifests));
            return new Guard(Program.start(
                    directory,
                    directory.resolve("guard.log"),
                    Map.of(),
                    List.of(
                            Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-jar", JAR.toString(),
                            "guard", "--policies", policies.toString(), "--agent", "test/coder", "--listen",
                            "127.0.0.1:0", "--admin", "127.0.0.1:0", "--state",
                            directory.resolve("state").toString())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String toolServer(ToolServer server, String capabilities) {
        return toolServer(server.name(), server, capabilities);
    }

    /** The same server under another name, as another admin may declare it. */
    static String toolServer(String name, ToolServer server, String capabilities) {
        return """
                apiVersion: chaperone.dev/v1alpha1
                kind: ToolServer
                metadata: {name: %s, namespace: test}
                spec: {url: "%s", capabilities: %s}
                """.formatted(name, server.url(), capabilities);
    }

    /** @param rules as they stand below {@code spec.rules} */
    static String policy(String rules) {
        return """
                apiVersion: chaperone.dev/v1alpha1
                kind: ToolPolicy
                metadata: {name: tested, namespace: test}
                spec:
                  agentSelector: {}
                  rules:
                """ + rules.indent(2);
    }

    /** The address under which an agent reaches a tool server. */
    URI of(ToolServer server) {
        return of(server.name());
    }

    URI of(String toolServer) {
        return URI.create(base + toolServer);
    }

    @Override
    public void close() {
        program.close();
    }
}
