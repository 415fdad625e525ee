package dev.chaperone.cli;

import dev.chaperone.config.Digests;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Tells by looking whether the manifest files of a tree have changed: works on every file system, through links and
 * for ConfigMaps that are mounted.
 */
final class TreeWatch {
    // A file changed twice within the clock's grain may show the same time: shortly after a change it is read again.
    private static final Duration FRESH = Duration.ofSeconds(2);

    /** @param content digest of what is in the file; empty when there is nothing but space */
    private record Known(FileTime modified, long size, @Nullable Object key, String content) {}

    /**
     * @param contents what is in each file
     * @param problem why that cannot be told; null when it can
     */
    private record Look(Map<Path, String> contents, @Nullable String problem) {}

    private final Path root;
    private Map<Path, Known> known = Map.of();
    private Map<Path, String> readable = Map.of();
    private SortedSet<Path> emptied = new TreeSet<>();
    private @Nullable Look told;
    private @Nullable Look candidate;

    TreeWatch(Path root) {
        this.root = root;
    }

    /**
     * Whether there is a change that has not been told yet and is over: the tree looked the same the last time, and no
     * file that held something is empty, so nobody is in the middle of writing. The first look always tells of one.
     */
    boolean changed() {
        Look now = look();
        boolean settled = told == null || now.equals(candidate);
        candidate = now;
        emptied = emptied(now);
        if (now.equals(told) || !settled || !emptied.isEmpty()) {
            return false;
        }
        told = now;
        if (now.problem() == null) {
            readable = now.contents();
        }
        return true;
    }

    /** Files that held manifests and are empty now: whatever writes into them has yet to begin. */
    SortedSet<Path> emptied() {
        return emptied;
    }

    private SortedSet<Path> emptied(Look now) {
        SortedSet<Path> files = new TreeSet<>();
        now.contents().forEach((file, content) -> {
            if (content.isEmpty() && !readable.getOrDefault(file, "").isEmpty()) {
                files.add(file);
            }
        });
        return files;
    }

    private Look look() {
        Map<Path, Known> next = new HashMap<>();
        Map<Path, String> contents = new TreeMap<>();
        Instant fresh = Instant.now().minus(FRESH);
        try {
            for (Path file : ManifestFiles.find(root)) {
                Known now = known(file, fresh);
                next.put(file, now);
                contents.put(file, now.content());
            }
        } catch (IOException | EnvironmentException e) {
            // Something vanished between two looks, or is not readable: the next look, or the reader, will tell.
            return new Look(Map.of(), String.valueOf(e.getMessage()));
        }
        known = next;
        return new Look(contents, null);
    }

    private Known known(Path file, Instant fresh) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        Known before = known.get(file);
        if (before != null && before.modified().equals(attributes.lastModifiedTime())
                && before.size() == attributes.size() && Objects.equals(before.key(), attributes.fileKey())
                && attributes.lastModifiedTime().toInstant().isBefore(fresh)) {
            return before;
        }
        byte[] bytes = Files.readAllBytes(file);
        String content = new String(bytes, StandardCharsets.UTF_8).isBlank() ? "" : Digests.of(bytes);
        return new Known(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey(), content);
    }
}
