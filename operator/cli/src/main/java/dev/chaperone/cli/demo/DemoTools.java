package dev.chaperone.cli.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.modelcontextprotocol.json.jackson2.JacksonMcpJsonMapper;
import io.modelcontextprotocol.server.McpServer;
import io.modelcontextprotocol.server.McpServer.SyncSpecification;
import io.modelcontextprotocol.server.transport.HttpServletStreamableServerTransportProvider;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.Tool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.servlet.ServletHolder;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.component.LifeCycle;

/**
 * The tools of the demonstration, served over MCP as any tool server serves them: files of a real folder, a mailbox and
 * a till. They do whatever they are told; what they were told is counted.
 */
final class DemoTools implements AutoCloseable {
    /** Their servers' names. */
    static final List<String> SERVERS = List.of("files", "mail", "payments");

    private static final JacksonMcpJsonMapper MAPPER = new JacksonMcpJsonMapper(new ObjectMapper());

    private final Path root;
    private final AtomicInteger calls = new AtomicInteger();
    private final Server server;

    private DemoTools(Path root, InetSocketAddress address) {
        this.root = root;
        this.server = new Server(address);
    }

    /**
     * @param root the folder that the tools see as {@code /}
     * @param token the bearer token without which nobody is let in; empty when everybody is
     */
    static DemoTools start(Path root, InetSocketAddress address, String token) throws Exception {
        DemoTools tools = new DemoTools(root, address);
        ServletContextHandler context = new ServletContextHandler();
        tools.serve(context, "files", specification -> {
            tools.tool(specification, "read_file", "Reads a file", List.of("path"), tools::read);
            tools.tool(specification, "list_directory", "Lists a directory", List.of("path"), tools::list);
            tools.tool(specification, "write_file", "Writes a file", List.of("path", "content"), tools::write);
            tools.tool(specification, "delete_file", "Deletes a file", List.of("path"), tools::delete);
        });
        tools.serve(context, "mail", specification -> tools.tool(
                specification,
                "send_mail",
                "Sends mail",
                List.of("to", "subject", "body"),
                arguments -> "sent to " + arguments.get("to")));
        tools.serve(context, "payments", specification -> tools.tool(
                specification,
                "send_payment",
                "Pays",
                List.of("to", "amount", "currency"),
                arguments -> "paid " + arguments.get("amount") + " " + arguments.get("currency") + " to "
                        + arguments.get("to")));
        tools.server.setHandler(token.isEmpty() ? context : new Door(context, token));
        tools.server.start();
        return tools;
    }

    /** Writes a module with a bug, and the test that finds it. */
    static void writeWorkspace(Path root) throws IOException {
        Path workspace = root.resolve("workspace");
        Files.createDirectories(workspace.resolve("src"));
        Files.createDirectories(workspace.resolve("tests"));
        Files.writeString(workspace.resolve("src/calculator.py"), "def add(a, b):\n    return a - b\n");
        Files.writeString(workspace.resolve("tests/test_calculator.py"),
                "def test_add():\n    assert add(2, 2) == 4\n");
    }

    /** Lets in who has the token. */
    private static final class Door extends Handler.Wrapper {
        private final byte[] expected;

        Door(Handler behind, String token) {
            super(behind);
            this.expected = ("Bearer " + token).getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public boolean handle(Request request, Response response, Callback callback) throws Exception {
            String given = Objects.requireNonNullElse(request.getHeaders().get(HttpHeader.AUTHORIZATION), "");
            if (MessageDigest.isEqual(expected, given.getBytes(StandardCharsets.UTF_8))) {
                return super.handle(request, response, callback);
            }
            Response.writeError(request, response, callback, HttpStatus.UNAUTHORIZED_401);
            return true;
        }
    }

    private interface Tools {
        void addTo(SyncSpecification<?> specification);
    }

    private void serve(ServletContextHandler context, String name, Tools tools) {
        var transport = HttpServletStreamableServerTransportProvider.builder()
                .jsonMapper(MAPPER)
                .mcpEndpoint("/" + name)
                .build();
        var specification = McpServer.sync(transport).serverInfo("demo-" + name, "1").jsonMapper(MAPPER);
        tools.addTo(specification);
        specification.build();
        ServletHolder holder = new ServletHolder(transport);
        holder.setAsyncSupported(true);
        context.addServlet(holder, "/" + name + "/*");
    }

    private void tool(
            SyncSpecification<?> specification,
            String name,
            String description,
            List<String> required,
            Function<Map<String, Object>, String> action) {
        Map<String, Object> schema = Map.of("type", "object", "required", required);
        specification.toolCall(
                Tool.builder(name, schema).description(description).build(),
                (_, request) -> {
                    calls.incrementAndGet();
                    return CallToolResult.builder().addTextContent(action.apply(request.arguments())).build();
                });
    }

    /** How many calls have reached a tool. */
    int calls() {
        return calls.get();
    }

    /** Where a tool server of a name is reached, at {@code /name}. */
    int port() {
        return ((ServerConnector) server.getConnectors()[0]).getLocalPort();
    }

    /** A file as it is, which no call has to ask for. */
    String file(String path) throws IOException {
        return Files.readString(at(path));
    }

    private Path at(String path) {
        return root.resolve(Path.of("/").relativize(Path.of(path))).normalize();
    }

    private Path file(Map<String, Object> arguments) {
        return at(String.valueOf(arguments.get("path")));
    }

    private String read(Map<String, Object> arguments) {
        return attempt(() -> Files.readString(file(arguments)));
    }

    private String list(Map<String, Object> arguments) {
        return attempt(() -> {
            try (Stream<Path> files = Files.list(file(arguments))) {
                return files.map(file -> file.getFileName().toString()).sorted().collect(Collectors.joining(" "));
            }
        });
    }

    private String write(Map<String, Object> arguments) {
        return attempt(() -> {
            Files.writeString(file(arguments), String.valueOf(arguments.get("content")));
            return "written";
        });
    }

    private String delete(Map<String, Object> arguments) {
        return attempt(() -> {
            Files.delete(file(arguments));
            return "deleted";
        });
    }

    private interface FileAction {
        String run() throws IOException;
    }

    private static String attempt(FileAction action) {
        try {
            return action.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        LifeCycle.stop(server);
    }
}
