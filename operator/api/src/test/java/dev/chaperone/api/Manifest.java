package dev.chaperone.api;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A manifest that an API server has to take or to refuse. Comments at its top say more: {@code # expect: <part of the
 * refusal>}, or {@code # expect-server} and {@code # expect-reader} where the words differ, {@code # strict} where only a client that asks for strict validation is refused, and {@code # reader} where
 * only the manifest reader refuses and the API server does not.
 */
record Manifest(Path file, String text) {
    static final Path FOLDER = Path.of("src/test/resources/manifests");

    private static final Pattern KIND = Pattern.compile("\"?kind\"?:\\s*\"?(\\w+)");

    static Stream<Manifest> all() {
        try {
            List<Path> files;
            try (Stream<Path> found = Files.list(FOLDER)) {
                files = found.sorted().toList();
            }
            return files.stream().map(Manifest::read);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Manifest read(Path file) {
        try {
            return new Manifest(file, Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean validToServer() {
        return file.getFileName().toString().startsWith("valid-") || marked("reader");
    }

    boolean refusedOnlyWhenStrict() {
        return marked("strict");
    }

    private boolean marked(String mark) {
        return text.lines().anyMatch(("# " + mark)::equals);
    }

    List<String> expected() {
        return text.lines()
                .filter(line -> line.startsWith("# expect: ") || line.startsWith("# expect-server: "))
                .map(line -> line.substring(line.indexOf(": ") + 2))
                .toList();
    }

    String kind() {
        var matcher = KIND.matcher(text);
        return matcher.find() ? matcher.group(1) : "";
    }

    boolean isJson() {
        return text.startsWith("{");
    }

    @Override
    public String toString() {
        return file.getFileName().toString();
    }
}
