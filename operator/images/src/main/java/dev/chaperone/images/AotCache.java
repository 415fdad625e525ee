package dev.chaperone.images;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What a program's start needs, written down by a start of it (JEP 514). It is only used by the very runtime that wrote
 * it, with jars of the same names, sizes and times in the same order.
 */
final class AotCache {
    private AotCache() {}

    /** Trains it, unless it is there already: no two trainings come out the same. */
    static void train(Program program, Path runtime, Training training, Path cache)
            throws IOException, InterruptedException {
        Fingerprint fingerprint = new Fingerprint().add(runtime.resolve("lib/modules"))
                .add(runtime.resolve("lib/server/libjvm.so")).add(program.options()).add(training.version());
        for (Path jar : program.jars()) {
            fingerprint.add(jar).add(Files.getLastModifiedTime(jar).toString());
        }
        Path made = cache.resolveSibling(cache.getFileName() + ".made");
        if (Files.exists(cache) && fingerprint.matches(made)) {
            return;
        }
        Files.deleteIfExists(cache);
        training.run(List.of(
                runtime.resolve("bin/java").toString(), "@" + program.options(), "-XX:AOTCacheOutput=" + cache,
                "-cp", program.jars().stream().map(Path::toString).collect(Collectors.joining(":")),
                program.mainClass()));
        if (!Files.exists(cache)) {
            throw new IOException(program.name() + " wrote no AOT cache");
        }
        fingerprint.write(made);
    }
}
