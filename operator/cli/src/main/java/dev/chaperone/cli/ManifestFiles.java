package dev.chaperone.cli;

import dev.chaperone.policy.Issue;
import dev.chaperone.policy.manifest.ManifestDocument;
import dev.chaperone.policy.manifest.ManifestReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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
                documents.addAll(documents("<stdin>", standardInput()));
            } else {
                for (Path file : find(Path.of(path))) {
                    documents.addAll(documents(file.toString(), bytes(file)));
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
            return tree.filter(file -> isManifest(path.relativize(file)) && isFile(file)).sorted().toList();
        } catch (IOException | java.io.UncheckedIOException e) {
            throw new EnvironmentException(path + " cannot be read: " + e.getMessage());
        }
    }

    private static boolean isFile(Path file) {
        if (Files.isSymbolicLink(file) && !Files.exists(file)) {
            // Left out, what it once led to would silently be out of force.
            throw new EnvironmentException(file + " is a link that leads nowhere: remove it, or mend it");
        }
        return Files.isRegularFile(file);
    }

    private static boolean isManifest(Path file) {
        for (Path part : file) {
            // Mounted ConfigMaps keep their content in hidden folders beside the links to it.
            if (part.toString().startsWith(".")) {
                return false;
            }
        }
        String name = file.getFileName().toString();
        return ENDINGS.contains(name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT));
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

    private static List<ManifestDocument> documents(String name, byte[] bytes) {
        try {
            return ManifestReader.read(name,
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
        } catch (CharacterCodingException e) {
            String before = validPart(bytes);
            int line = (int) before.chars().filter(c -> c == '\n').count() + 1;
            int column = before.length() - before.lastIndexOf('\n');
            return List.of(new ManifestDocument.Undecodable(null, List.of(new Issue(
                    Issue.Severity.ERROR, "", "", new Issue.Location(name, line, column), "not UTF-8 text", null,
                    "save it in UTF-8"))));
        }
    }

    private static String validPart(byte[] bytes) {
        CharBuffer text = CharBuffer.allocate(bytes.length);
        StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes), text, true);
        return text.flip().toString();
    }
}
