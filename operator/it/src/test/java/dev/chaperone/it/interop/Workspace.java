package dev.chaperone.it.interop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The files that a tool server serves: some an agent may work on, and some that are to be kept. */
record Workspace(Path root) {
    static final String DRAFT = "open/draft.txt";
    static final String KEPT = "kept/ledger.txt";

    /** Puts everything back to where each test begins. The root stays, because the server has it open. */
    void reset() throws IOException {
        List<Path> old = new ArrayList<>();
        try (Stream<Path> tree = Files.walk(root)) {
            tree.filter(path -> !path.equals(root)).sorted(Comparator.reverseOrder()).forEach(old::add);
        }
        for (Path path : old) {
            Files.delete(path);
        }
        write(DRAFT, "a draft\n");
        write(KEPT, "a ledger, line by line\n");
    }

    void write(String relative, String content) throws IOException {
        Files.createDirectories(root.resolve(relative).getParent());
        Files.writeString(root.resolve(relative), content);
    }

    String path(String relative) {
        return root + "/" + relative;
    }

    /** Every file below a folder with its bytes, which are text. */
    Map<String, String> files(String folder) throws IOException {
        try (Stream<Path> tree = Files.walk(root.resolve(folder))) {
            Map<String, String> files = new TreeMap<>();
            tree.filter(Files::isRegularFile)
                    .forEach(file -> files.put(root.relativize(file).toString(), content(file)));
            return files;
        }
    }

    private static String content(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
