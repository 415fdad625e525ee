package dev.chaperone.cli;

import dev.chaperone.config.Digests;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Tells by looking whether the manifest files of a tree have changed: works on every file system, through links and
 * for ConfigMaps that are mounted.
 */
final class TreeWatch {
    // A file changed twice within the clock's grain may show the same time: shortly after a change, contents count.
    private static final Duration FRESH = Duration.ofSeconds(2);

    private final Path root;
    private @Nullable String seen;
    private @Nullable String candidate;

    TreeWatch(Path root) {
        this.root = root;
    }

    /**
     * Whether there is a change that has not been told yet and is over: the tree looked the same the last time, so no
     * editor is in the middle of writing. The first look always tells of one.
     */
    boolean changed() {
        String now = fingerprint();
        boolean settled = seen == null || now.equals(candidate);
        candidate = now;
        if (now.equals(seen) || !settled) {
            return false;
        }
        seen = now;
        return true;
    }

    private String fingerprint() {
        MessageDigest digest = Digests.sha256();
        Instant fresh = Instant.now().minus(FRESH);
        try {
            for (Path file : ManifestFiles.find(root)) {
                BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
                String line = file + "|" + attributes.lastModifiedTime().toInstant() + "|" + attributes.size() + "|"
                        + attributes.fileKey() + "\n";
                digest.update(line.getBytes(StandardCharsets.UTF_8));
                if (attributes.lastModifiedTime().toInstant().isAfter(fresh)) {
                    digest.update(Files.readAllBytes(file));
                }
            }
        } catch (IOException | EnvironmentException e) {
            // Something vanished between two looks, or is not readable: the next look, or the reader, will tell.
            digest.update(String.valueOf(e.getMessage()).getBytes(StandardCharsets.UTF_8));
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
