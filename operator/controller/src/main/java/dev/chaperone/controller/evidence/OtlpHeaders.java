package dev.chaperone.controller.evidence;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Headers that a file says, one on a line. They are secret: whatever is wrong with one, it is told by its line alone. */
record OtlpHeaders(@Nullable Path file) {
    void addTo(HttpRequest.Builder request) throws IOException {
        if (file == null) {
            return;
        }
        List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (IOException e) {
            throw new IOException("the headers for the collector cannot be read: " + e.getClass().getSimpleName());
        }
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.isEmpty()) {
                continue;
            }
            int colon = line.indexOf(':');
            try {
                request.setHeader(line.substring(0, Math.max(0, colon)).strip(), line.substring(colon + 1).strip());
            } catch (IllegalArgumentException e) {
                throw new IOException("line " + (i + 1) + " of the headers for the collector is no Name: value");
            }
        }
    }
}
