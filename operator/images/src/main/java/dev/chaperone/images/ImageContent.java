package dev.chaperone.images;

import com.google.cloud.tools.jib.api.JibContainerBuilder;
import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.FileEntriesLayer;
import com.google.cloud.tools.jib.api.buildplan.FilePermissions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What stands where in an image. What changes seldom has a layer of its own, below what changes often.
 *
 * @param runtime the folder of its Java
 * @param cache its AOT cache, if it has one
 * @param time the time of all files
 */
record ImageContent(Program program, Path runtime, Optional<Path> cache, Instant time) {
    static final String CACHE = "program.aot";

    private static final String JAVA = "/opt/java";
    private static final String HOME = "/opt/chaperone";
    private static final FilePermissions EXECUTABLE = FilePermissions.fromOctalString("755");

    /**
     * Puts it upon a base.
     *
     * @param folder where files may be written that the image needs besides
     */
    JibContainerBuilder upon(JibContainerBuilder base, Path folder) throws IOException {
        List<Path> commands = new ArrayList<>();
        commands.add(Files.writeString(folder.resolve("command"), command()));
        for (String name : program.others().keySet()) {
            commands.add(Files.writeString(folder.resolve(name), command(name)));
        }
        List<FileEntriesLayer> layers = new ArrayList<>();
        layers.add(FileEntriesLayer.builder().setName("java")
                .addEntryRecursive(runtime, AbsoluteUnixPath.get(JAVA), (file, _) -> permissions(file),
                        (_, _) -> time)
                .build());
        layers.add(files("libraries", HOME + "/lib", program.libraries()));
        layers.add(files("program", HOME + "/lib", program.ownJars()));
        layers.add(files("command", HOME, Stream.concat(commands.stream(), cache.stream()).toList()));
        return base.setFileEntriesLayers(layers)
                .setEntrypoint(JAVA + "/bin/java", "@" + HOME + "/command")
                .setProgramArguments(List.of())
                .setUser(program.user() + ":" + program.user())
                .setWorkingDirectory(AbsoluteUnixPath.get(HOME));
    }

    /** What is in it, whatever the times of the files are. */
    Fingerprint fingerprint() throws IOException {
        Fingerprint fingerprint = new Fingerprint().add(command()).add(runtime.resolve("lib/modules"))
                .add(runtime.resolve("lib/server/libjvm.so"));
        for (String name : program.others().keySet()) {
            fingerprint.add(command(name));
        }
        for (Path file : Stream.concat(program.jars().stream(), cache.stream()).toList()) {
            fingerprint.add(file);
        }
        return fingerprint;
    }

    /** The arguments of java, as a file of them: the class path is in the order in which the AOT cache was trained. */
    private String command() throws IOException {
        return command(program.options(),
                cache.isPresent() ? "-XX:AOTCache=" + HOME + "/" + CACHE + "\n" : "", program.mainClass());
    }

    private String command(String name) throws IOException {
        Program.Command other = Objects.requireNonNull(program.others().get(name));
        // The cache is of the program's own options, and not taken with others.
        return command(other.options(), "", other.mainClass());
    }

    private String command(Path options, String more, String mainClass) throws IOException {
        String classPath = program.jars().stream().map(jar -> HOME + "/lib/" + jar.getFileName())
                .collect(Collectors.joining(":"));
        return Files.readString(options) + more + "-cp " + classPath + "\n" + mainClass + "\n";
    }

    private FileEntriesLayer files(String name, String folder, List<Path> files) {
        FileEntriesLayer.Builder layer = FileEntriesLayer.builder().setName(name);
        for (Path file : files) {
            layer.addEntry(file, AbsoluteUnixPath.get(folder + "/" + file.getFileName()),
                    FilePermissions.DEFAULT_FILE_PERMISSIONS, time);
        }
        return layer.build();
    }

    private static FilePermissions permissions(Path file) {
        return Files.isExecutable(file) ? EXECUTABLE : FilePermissions.DEFAULT_FILE_PERMISSIONS;
    }
}
