package dev.chaperone.images;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;

/** A file of properties without the time that {@link java.util.Properties} writes into it. */
final class ResultFile {
    static final String NAME = "image.properties";

    private ResultFile() {}

    static void write(Path folder, Map<String, String> properties) throws IOException {
        Files.writeString(folder.resolve(NAME), properties.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + escaped(entry.getValue()) + "\n")
                .collect(Collectors.joining()));
    }

    private static String escaped(String value) {
        return value.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r");
    }
}
