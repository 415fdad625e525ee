package dev.chaperone.images;

import com.google.cloud.tools.jib.api.buildplan.Platform;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;

/**
 * How images are made.
 *
 * @param base what they are built upon: the name of an image, {@code docker://} and a name that the Docker engine knows, or
 *     {@code tar://} and a file that {@code docker save} wrote
 * @param repository what stands before the images' names, such as the host and project of a registry; empty for nothing
 * @param platform what they run on
 * @param jmods the modules of a JDK for that platform; empty to take those of the JDK that runs this
 * @param aot whether the guardrail gets an AOT cache
 * @param version the images' tag
 * @param offline whether no registry is asked: what was fetched before serves
 * @param created the time of all files and of the images
 */
record ImageSettings(
        String base,
        String repository,
        Platform platform,
        Optional<Path> jmods,
        boolean aot,
        String version,
        boolean offline,
        Instant created) {
    private static final String LABEL = "org.opencontainers.image.";

    /** From {@code image.*}; what is not set or empty has its default. */
    static ImageSettings of(Properties properties) throws ImageUnavailableException {
        return new ImageSettings(
                value(properties, "base").orElse("debian:bookworm-slim"),
                value(properties, "repository").map(text -> text.replaceFirst("/*$", "/")).orElse(""),
                platform(value(properties, "platform").orElse("linux/" + machine())),
                value(properties, "jmods").map(Path::of),
                value(properties, "aot").map(Boolean::parseBoolean).orElse(true),
                value(properties, "version").orElse("latest"),
                value(properties, "offline").map(Boolean::parseBoolean).orElse(false),
                value(properties, "created").map(Instant::parse).orElse(Instant.EPOCH));
    }

    private static Optional<String> value(Properties properties, String name) {
        return Optional.ofNullable(properties.getProperty("image." + name)).map(String::strip)
                .filter(text -> !text.isEmpty());
    }

    private static Platform platform(String text) throws ImageUnavailableException {
        String[] parts = text.split("/", -1);
        if (parts.length != 2) {
            throw new ImageUnavailableException("image.platform is " + text + ", not of the form linux/arm64");
        }
        return new Platform(parts[1], parts[0]);
    }

    /** What an image says about itself. */
    Map<String, String> labels(Program program) {
        Map<String, String> labels = new TreeMap<>(Map.of(
                LABEL + "title", program.title(),
                LABEL + "description", program.description(),
                LABEL + "version", version,
                LABEL + "created", created.toString()));
        if (!base.contains("://")) {
            labels.put(LABEL + "base.name", base);
        }
        return labels;
    }

    /** Whether this machine can run what is in the images. */
    boolean runsHere() {
        return platform.getArchitecture().equals(machine()) && platform.getOs().equals(system());
    }

    /** The images' names for this machine's architecture. */
    private static String machine() {
        String machine = System.getProperty("os.arch");
        return machine.equals("aarch64") ? "arm64" : machine.equals("x86_64") ? "amd64" : machine;
    }

    private static String system() {
        return System.getProperty("os.name").toLowerCase(Locale.ROOT);
    }
}
