package dev.chaperone.images;

import com.google.cloud.tools.jib.api.CacheDirectoryCreationException;
import com.google.cloud.tools.jib.api.Containerizer;
import com.google.cloud.tools.jib.api.ImageReference;
import com.google.cloud.tools.jib.api.InvalidImageReferenceException;
import com.google.cloud.tools.jib.api.Jib;
import com.google.cloud.tools.jib.api.JibContainerBuilder;
import com.google.cloud.tools.jib.api.RegistryException;
import com.google.cloud.tools.jib.api.TarImage;
import com.google.cloud.tools.jib.api.buildplan.ImageFormat;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** What images are built upon, from a registry, a Docker engine or a file. */
final class BaseImage {
    private static final String FILE = "tar://";
    private static final int HTTPS_PORT = 443;
    private static final int CONNECT_MILLIS = 5000;

    private final ImageSettings settings;
    private boolean there;
    private boolean offline;

    BaseImage(ImageSettings settings) {
        this.settings = settings;
        this.offline = settings.offline();
    }

    /**
     * Asks for it before anything is made that is of no use without it. What was fetched once serves without a registry.
     *
     * @param folder where there is room meanwhile
     * @throws ImageUnavailableException when it cannot be had
     */
    void require(Path folder) throws IOException, InterruptedException, ImageUnavailableException {
        if (there) {
            return;
        }
        if (settings.base().startsWith(FILE) && !Files.exists(Path.of(settings.base().substring(FILE.length())))) {
            throw new ImageUnavailableException("there is no " + settings.base());
        }
        String obstacle = obstacle(folder);
        if (obstacle != null) {
            offline = true;
            if (obstacle(folder) != null) {
                throw new ImageUnavailableException(
                        "the base image %s cannot be had: %s".formatted(settings.base(), obstacle));
            }
        }
        there = true;
    }

    private @Nullable String obstacle(Path folder) throws InterruptedException, IOException {
        Path probe = folder.resolve("base.tar");
        try {
            if (!offline) {
                connect();
            }
            attempt(from(), folder.resolve("layers"), probe);
            return null;
        } catch (RegistryException | ExecutionException | IOException e) {
            return reason(e);
        } finally {
            Files.deleteIfExists(probe);
        }
    }

    /** Jib asks a registry again and again, for a minute; whether it answers at all is known sooner. */
    private void connect() throws IOException {
        if (settings.base().contains("://") || System.getProperty("https.proxyHost") != null) {
            return;
        }
        String[] hostAndPort = reference().getRegistry().split(":", 2);
        int port = hostAndPort.length == 2 ? Integer.parseInt(hostAndPort[1]) : HTTPS_PORT;
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(hostAndPort[0], port), CONNECT_MILLIS);
        }
    }

    private ImageReference reference() throws IOException {
        try {
            return ImageReference.parse(settings.base());
        } catch (InvalidImageReferenceException e) {
            throw new IOException("image.base: " + e.getMessage(), e);
        }
    }

    /** An image of nothing but the base. */
    JibContainerBuilder from() throws IOException {
        try {
            return Jib.from(settings.base()).setPlatforms(Set.of(settings.platform())).setFormat(ImageFormat.OCI)
                    .setCreationTime(settings.created());
        } catch (InvalidImageReferenceException e) {
            throw new IOException("image.base: " + e.getMessage(), e);
        }
    }

    /**
     * Writes an image to a file that is an OCI layout.
     *
     * @param layers where its layers are kept for the next time
     */
    void containerize(JibContainerBuilder image, Path layers, Path file) throws IOException, InterruptedException {
        try {
            attempt(image, layers, file);
        } catch (RegistryException | ExecutionException e) {
            throw new IOException(reason(e), e);
        }
    }

    private void attempt(JibContainerBuilder image, Path layers, Path file)
            throws IOException, InterruptedException, RegistryException, ExecutionException {
        try {
            image.containerize(Containerizer.to(TarImage.at(file).named("image")).setOfflineMode(offline)
                    .setApplicationLayersCache(layers).setToolName("chaperone"));
        } catch (CacheDirectoryCreationException e) {
            throw new IOException(e);
        } catch (InvalidImageReferenceException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String reason(Throwable thrown) {
        Throwable cause = thrown;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.toString();
    }
}
