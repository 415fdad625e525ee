package dev.chaperone.guardrail.config;

import dev.chaperone.guardrail.state.StateFile;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Keeps the last good bundle on disk, so that a restart need not wait for whoever delivers configs. */
record BundleCache(StateFile file) {
    BundleCache(Path stateDirectory) {
        this(new StateFile(stateDirectory.resolve("last-good-bundle.json")));
    }

    /** The bundle last {@linkplain #write written}, or null when there is none. */
    byte @Nullable [] read() throws IOException {
        return file.exists() ? file.read() : null;
    }

    void write(byte[] bundle) throws IOException {
        file.write(bundle);
    }
}
