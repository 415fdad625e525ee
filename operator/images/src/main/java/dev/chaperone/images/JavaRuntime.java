package dev.chaperone.images;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/** A Java that has no more than what one program needs, linked from the JDK that runs this or from given modules. */
final class JavaRuntime {
    private static final Pattern DEPENDENCY = Pattern.compile("-> ((?:java|jdk)\\.[\\w.]+)");

    private JavaRuntime() {}

    /**
     * Links it, unless it is there already.
     *
     * @param folder where it is to be
     * @throws ImageUnavailableException when nothing is there for the platform to link from
     */
    static void link(Program program, ImageSettings settings, Path folder)
            throws IOException, ImageUnavailableException {
        if (!settings.runsHere() && settings.jmods().isEmpty()) {
            throw new ImageUnavailableException(
                    "there is no Java for %s/%s to link from; -Dimage.jmods= names the folder jmods of a JDK for it"
                            .formatted(
                                    settings.platform().getOs(), settings.platform().getArchitecture()));
        }
        Set<String> modules = modules(program);
        Fingerprint fingerprint = new Fingerprint().add(Runtime.version().toString()).add(modules.toString())
                .add(settings.platform().getArchitecture())
                .add(settings.jmods().map(Path::toString).orElse(System.getProperty("java.home")));
        Path made = folder.resolveSibling(folder.getFileName() + ".made");
        if (!fingerprint.matches(made)) {
            Folders.delete(folder);
            Files.createDirectories(folder.getParent());
            link(modules, settings.jmods(), folder);
            fingerprint.write(made);
        }
        // As in the image, for the AOT cache.
        Files.setLastModifiedTime(folder.resolve("lib/modules"), FileTime.from(settings.created()));
    }

    private static void link(Set<String> modules, Optional<Path> jmods, Path folder)
            throws IOException, ImageUnavailableException {
        StringWriter output = new StringWriter();
        List<String> arguments = Stream.concat(
                jmods.stream().flatMap(path -> Stream.of("--module-path", path.toString())),
                Stream.of("--add-modules", String.join(",", modules), "--no-header-files", "--no-man-pages",
                        "--output", folder.toString()))
                .toList();
        if (run("jlink", arguments, output) != 0) {
            Folders.delete(folder);
            throw new ImageUnavailableException("jlink makes no Java: " + output.toString().strip());
        }
    }

    /** What the program's description lists, and what our own classes use. */
    private static Set<String> modules(Program program) throws IOException {
        StringWriter output = new StringWriter();
        List<String> arguments = Stream.concat(
                Stream.of("--no-recursive", "--ignore-missing-deps", "-summary"),
                program.ownJars().stream().map(Path::toString))
                .toList();
        if (run("jdeps", arguments, output) != 0) {
            throw new IOException("jdeps: " + output);
        }
        Set<String> modules = new TreeSet<>(program.modules());
        Matcher matcher = DEPENDENCY.matcher(output.toString());
        while (matcher.find()) {
            modules.add(matcher.group(1));
        }
        return modules;
    }

    private static int run(String tool, List<String> arguments, StringWriter output) throws IOException {
        ToolProvider provider = ToolProvider.findFirst(tool)
                .orElseThrow(() -> new IOException("this Java has no " + tool + ": it is not a JDK"));
        PrintWriter writer = new PrintWriter(output);
        int exit = provider.run(writer, writer, arguments.toArray(String[]::new));
        writer.flush();
        return exit;
    }
}
