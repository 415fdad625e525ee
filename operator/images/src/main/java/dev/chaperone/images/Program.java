package dev.chaperone.images;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A program that gets an image, as its folder {@code target/image} describes it.
 *
 * @param name the image's name
 * @param title for people, a few words
 * @param description for people, a sentence
 * @param mainClass the class that is started
 * @param options the file of JVM options
 * @param others further commands of the image, by name
 * @param user number of the user and of its group
 * @param modules modules of the JDK that libraries use
 * @param jars the class path
 */
record Program(
        String name,
        String title,
        String description,
        String mainClass,
        Path options,
        Map<String, Command> others,
        String user,
        List<String> modules,
        List<Path> jars) {
    /** A main class of its own, with JVM options of its own. */
    record Command(String mainClass, Path options) {}

    static final String DESCRIPTION = "program.properties";

    static Program read(Path folder) throws IOException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(folder.resolve(DESCRIPTION))) {
            properties.load(reader);
        }
        try (Stream<Path> files = Files.list(folder.resolve("lib"))) {
            return new Program(
                    required(properties, "name"), required(properties, "title"), required(properties, "description"),
                    required(properties, "main"), folder.resolve(required(properties, "options")),
                    others(properties, folder), required(properties, "user"),
                    List.of(required(properties, "modules").split("\\s+")),
                    files.filter(file -> file.toString().endsWith(".jar")).sorted().toList());
        }
    }

    private static SortedMap<String, Command> others(Properties properties, Path folder) throws IOException {
        SortedMap<String, Command> commands = new TreeMap<>();
        for (String name : properties.getProperty("commands", "").split("\\s+")) {
            if (!name.isEmpty()) {
                commands.put(name, new Command(
                        required(properties, name + ".main"), folder.resolve(required(properties, name + ".options"))));
            }
        }
        return commands;
    }

    private static String required(Properties properties, String name) throws IOException {
        String value = properties.getProperty(name);
        if (value == null || value.isBlank()) {
            throw new IOException(DESCRIPTION + " does not say " + name);
        }
        return value.strip();
    }

    /** Jars of this project; the others are libraries. */
    List<Path> ownJars() {
        return jars.stream().filter(Program::own).toList();
    }

    List<Path> libraries() {
        return jars.stream().filter(jar -> !own(jar)).toList();
    }

    private static boolean own(Path jar) {
        return jar.getFileName().toString().startsWith("chaperone-");
    }

    /** Gives the jars the time that they have in the image: an AOT cache is only used with jars of the same time. */
    void touch(Instant time) throws IOException {
        for (Path jar : jars) {
            Files.setLastModifiedTime(jar, FileTime.from(time));
        }
    }
}
