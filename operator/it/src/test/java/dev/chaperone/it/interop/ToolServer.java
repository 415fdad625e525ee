package dev.chaperone.it.interop;

import dev.chaperone.test.FreePort;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** An MCP server on a free port of the loopback address. */
final class ToolServer implements AutoCloseable {
    private static final Duration STARTING = Duration.ofSeconds(60);

    private final String name;
    private final int port;
    private final Program program;

    private ToolServer(String name, int port, List<String> command) {
        this.name = name;
        this.port = port;
        this.program = Program.start(
                Kit.HOME, Kit.HOME.resolve("logs").resolve(name + ".log"), Map.of("PORT", String.valueOf(port)),
                command);
        program.await(this::listens, STARTING);
    }

    /** Answers both eras, with tools that ask the user and the model, and with what the conformance suite looks for. */
    static ToolServer dualEra(Path notes) {
        int port = FreePort.find();
        return new ToolServer("dual", port, Kit.node(
                "dual-era-server.mjs", "--port", String.valueOf(port), "--notes", notes.toString(), "--fixture"));
    }

    /** The reference server with something of everything; it knows the legacy era only. */
    static ToolServer everything() {
        return new ToolServer("everything", FreePort.find(), Kit.node(
                "--import", "./loopback.mjs", "node_modules/.bin/mcp-server-everything", "streamableHttp"));
    }

    /** The reference server for files, which speaks over stdio, behind a bridge that speaks both eras. */
    static ToolServer filesystem(Path directory) {
        int port = FreePort.find();
        List<String> server = Kit.node("node_modules/.bin/mcp-server-filesystem", directory.toString());
        return new ToolServer("files", port, Kit.node(
                "node_modules/.bin/mcp-proxy", "--port", String.valueOf(port), "--host", "127.0.0.1", "--server",
                "stream", "--", server.get(0), server.get(1), server.get(2)));
    }

    private boolean listens() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), 1000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    String name() {
        return name;
    }

    URI url() {
        // By this name, because the conformance suite demands a server that tells localhost from other names.
        return URI.create("http://localhost:" + port + "/mcp");
    }

    @Override
    public void close() {
        program.close();
    }
}
