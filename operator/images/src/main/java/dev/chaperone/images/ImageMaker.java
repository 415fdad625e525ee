package dev.chaperone.images;

import com.google.cloud.tools.jib.api.JibContainerBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Makes a program's image: a Java of its own, its jars and its options upon the base image. */
final class ImageMaker {
    private final ImageSettings settings;
    private final Path target;
    private final BaseImage base;

    ImageMaker(ImageSettings settings, Path target) {
        this.settings = settings;
        this.target = target.toAbsolutePath().normalize();
        this.base = new BaseImage(settings);
    }

    /**
     * Makes it anew, but for what is slow and has not changed since.
     *
     * @param environment what the image sets for its containers
     * @param training how the program is trained for its AOT cache; empty when it has none
     * @throws ImageUnavailableException when the base image or a Java for the platform cannot be had
     */
    ImageArchive make(Program program, Map<String, String> environment, Optional<Training> training)
            throws IOException, InterruptedException, ImageUnavailableException {
        Path folder = target.resolve(program.name());
        Files.createDirectories(folder);
        base.require(folder);
        Path runtime = folder.resolve("java");
        JavaRuntime.link(program, settings, runtime);
        program.touch(settings.created());
        Optional<Path> cache = Optional.empty();
        if (training.isPresent() && settings.aot() && settings.runsHere()) {
            cache = Optional.of(folder.resolve(ImageContent.CACHE));
            AotCache.train(program, runtime, training.get(), cache.get());
        }
        ImageContent content = new ImageContent(program, runtime, cache, settings.created());
        JibContainerBuilder image = content.upon(base.from(), folder).setEnvironment(environment)
                .setLabels(settings.labels(program));
        Path made = folder.resolve("image.tar");
        base.containerize(image, layers(content, folder), made);
        return ImageArchive.rewrite(made, target.resolve(program.name() + ".tar"),
                settings.repository() + program.name(), settings.version());
    }

    /** Where Jib keeps layers. It knows files by name and time alone, and all times are the same. */
    private static Path layers(ImageContent content, Path folder) throws IOException {
        Path layers = folder.resolve("layers");
        Path made = folder.resolve("layers.made");
        Fingerprint fingerprint = content.fingerprint();
        if (!fingerprint.matches(made)) {
            Folders.delete(layers);
            fingerprint.write(made);
        }
        return layers;
    }
}
