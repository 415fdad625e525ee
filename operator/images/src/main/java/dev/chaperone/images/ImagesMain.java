package dev.chaperone.images;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The build step that makes the images. Arguments: the folder to write to, then {@code target/image} of the guardrail,
 * of the operator and of the command. Settings are system properties {@code image.*}, see {@link ImageSettings}.
 *
 * <p>What cannot be had, such as the base image, is told in one line and in the result; it does not fail the build.
 */
public final class ImagesMain {
    /** Where the operator's image says which guardrail belongs to it. */
    private static final String GUARDRAIL_IMAGE = "CHAPERONE_GUARDRAIL_IMAGE";

    private ImagesMain() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path target = Path.of(arguments[0]);
        Files.createDirectories(target);
        clear(target);
        Map<String, String> result = new TreeMap<>();
        try {
            ImageMaker maker = new ImageMaker(ImageSettings.of(System.getProperties()), target);
            ImageArchive guardrail = maker.make(
                    Program.read(Path.of(arguments[1])), Map.of(), Optional.of(new GuardrailTraining()));
            ImageArchive operator = maker.make(
                    Program.read(Path.of(arguments[2])), Map.of(GUARDRAIL_IMAGE, guardrail.byDigest()),
                    Optional.empty());
            ImageArchive cli = maker.make(Program.read(Path.of(arguments[3])), Map.of(), Optional.empty());
            describe("guardrail", guardrail, result);
            describe("operator", operator, result);
            describe("cli", cli, result);
        } catch (ImageUnavailableException e) {
            System.out.println("Images are skipped: " + e.getMessage());
            result.put("skipped", String.valueOf(e.getMessage()));
        }
        ResultFile.write(target, result);
    }

    /** What an earlier build left must not be taken for this one's. */
    private static void clear(Path target) throws IOException {
        Files.deleteIfExists(target.resolve(ResultFile.NAME));
        try (DirectoryStream<Path> archives = Files.newDirectoryStream(target, "*.tar")) {
            for (Path archive : archives) {
                Files.delete(archive);
            }
        }
    }

    private static void describe(String program, ImageArchive archive, Map<String, String> result) {
        System.out.printf("%s is %s, in %s (%d MB)%n", archive.name(), archive.byDigest(), archive.file(),
                archive.file().toFile().length() >> 20);
        result.put(program + ".name", archive.name());
        result.put(program + ".digest", archive.digest());
        result.put(program + ".image", archive.byDigest());
        result.put(program + ".archive", archive.file().getFileName().toString());
    }
}
