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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.component.LifeCycle;

/**
 * The tools of the demonstration, served over MCP as any tool server serves them: files of a real folder, a mailbox and
 * a till. They do whatever they are told; what they were told is counted.
 */
final class DemoTools implements AutoCloseable {
    private static final JacksonMcpJsonMapper MAPPER = new JacksonMcpJsonMapper(new ObjectMapper());

    private final Path root;
    private final AtomicInteger calls = new AtomicInteger();
    private final Server server = new Server(new InetSocketAddress("127.0.0.1", 0));

    private DemoTools(Path root) {
        this.root = root;
    }

    /** @param root the folder that the tools see as {@code /} */
    static DemoTools start(Path root) throws Exception {
        DemoTools tools = new DemoTools(root);
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
        tools.server.setHandler(context);
        tools.server.start();
        return tools;
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

    /** Where a tool server lives. */
    String url(String name) {
        return "http://127.0.0.1:" + ((ServerConnector) server.getConnectors()[0]).getLocalPort() + "/" + name;
    }

    private Path file(Map<String, Object> arguments) {
        return root.resolve(Path.of("/").relativize(Path.of(String.valueOf(arguments.get("path"))))).normalize();
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
