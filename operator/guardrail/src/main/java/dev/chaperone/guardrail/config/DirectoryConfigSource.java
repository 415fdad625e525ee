package dev.chaperone.guardrail.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the bundle from {@code bundle.json} in a directory and looks there again every 100 ms. Whoever writes the file
 * replaces it by a rename; a half-written one is refused by its digest and read again.
 */
public final class DirectoryConfigSource implements ConfigSource {
    /** The file's name in the directory. */
    public static final String FILE = "bundle.json";

    private static final Logger LOG = LoggerFactory.getLogger(DirectoryConfigSource.class);
    private static final Duration PERIOD = Duration.ofMillis(100);

    private record Fingerprint(FileTime modified, long size, @Nullable Object key) {}

    private final Path file;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("config-directory").factory());
    private @Nullable Fingerprint seen;

    public DirectoryConfigSource(Path directory) {
        this.file = directory.resolve(FILE);
    }

    @Override
    public void start(Offers offers) {
        look(offers);
        timer.scheduleWithFixedDelay(() -> look(offers), PERIOD.toMillis(), PERIOD.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void look(Offers offers) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            var now = new Fingerprint(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
            if (!now.equals(seen)) {
                offers.offer(Files.readAllBytes(file));
                seen = now;
            }
        } catch (NoSuchFileException e) {
            seen = null;
        } catch (IOException | RuntimeException e) {
            LOG.atWarn().addKeyValue("file", file).addKeyValue("error", e.toString()).log("Config is not readable");
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
