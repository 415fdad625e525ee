package dev.chaperone.cli;

import dev.chaperone.policy.manifest.ManifestDocument;
import dev.chaperone.policy.manifest.ManifestReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Finds and reads manifest files. */
final class ManifestFiles {
    /** Stands for standard input. */
    static final String STANDARD_INPUT = "-";

    private static final Set<String> ENDINGS = Set.of("yaml", "yml", "json");

    private ManifestFiles() {}

    /**
     * The documents of all these files, trees and standard input.
     *
     * @throws EnvironmentException when something cannot be read
     */
    static List<ManifestDocument> read(List<String> paths) {
        List<ManifestDocument> documents = new ArrayList<>();
        for (String path : paths) {
            if (path.equals(STANDARD_INPUT)) {
                documents.addAll(ManifestReader.read("<stdin>", text("standard input", standardInput())));
            } else {
                for (Path file : find(Path.of(path))) {
                    documents.addAll(ManifestReader.read(file.toString(), text(file.toString(), bytes(file))));
                }
            }
        }
        return documents;
    }

    /** A file itself, or the manifest files of a tree in the order of their names; hidden ones are left out. */
    static List<Path> find(Path path) {
        if (!Files.isDirectory(path)) {
            if (!Files.exists(path)) {
                throw new EnvironmentException(path + " does not exist");
            }
            return List.of(path);
        }
        try (Stream<Path> tree = Files.walk(path, FileVisitOption.FOLLOW_LINKS)) {
            return tree.filter(file -> isManifest(path.relativize(file)) && Files.isRegularFile(file)).sorted()
                    .toList();
        } catch (IOException | java.io.UncheckedIOException e) {
            throw new EnvironmentException(path + " cannot be read: " + e.getMessage());
        }
    }

    private static boolean isManifest(Path file) {
        for (Path part : file) {
            // Mounted ConfigMaps keep their content in hidden folders beside the links to it.
            if (part.toString().startsWith(".")) {
                return false;
            }
        }
        String name = file.getFileName().toString();
        return ENDINGS.contains(name.substring(name.lastIndexOf('.') + 1));
    }

    private static byte[] standardInput() {
        try (InputStream in = System.in) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new EnvironmentException("standard input cannot be read: " + e.getMessage());
        }
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new EnvironmentException(file + " cannot be read: " + e.getMessage());
        }
    }

    private static String text(String name, byte[] bytes) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new EnvironmentException(name + " is not UTF-8 text");
        }
    }
}
