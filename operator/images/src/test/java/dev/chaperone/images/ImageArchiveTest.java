package dev.chaperone.images;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.cloud.tools.jib.api.Containerizer;
import com.google.cloud.tools.jib.api.Jib;
import com.google.cloud.tools.jib.api.JibContainerBuilder;
import com.google.cloud.tools.jib.api.TarImage;
import com.google.cloud.tools.jib.api.buildplan.ImageFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageArchiveTest {
    private static final Instant TIME = Instant.parse("2026-01-01T00:00:00Z");

    @TempDir
    private Path directory;

    @Test
    void isNamedByTagAndByTheDigestOfItsManifest() throws Exception {
        // Given
        Path made = image("made");

        // When
        ImageArchive archive = ImageArchive.rewrite(made, directory.resolve("out.tar"), "example.com/team/guard",
                "1.0");

        // Then
        Map<String, byte[]> files = files(archive.file());
        byte[] manifest = files.get("blobs/" + archive.digest().replace(':', '/'));
        assertThat(archive.digest()).isEqualTo("sha256:"
                + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(manifest)));
        assertThat(names(files)).containsExactly(
                "example.com/team/guard:1.0", "example.com/team/guard@" + archive.digest());
        assertThat(archive.byDigest()).isEqualTo("example.com/team/guard@" + archive.digest());
    }

    @Test
    void isSpelledAsNodesSpellNamesWithoutHost() throws Exception {
        // Given
        Path made = image("made");

        // When
        ImageArchive archive = ImageArchive.rewrite(made, directory.resolve("out.tar"), "guard", "1.0");

        // Then
        assertThat(names(files(archive.file()))).allMatch(name -> name.matches("[a-z.]+/library/guard[:@].*"));
        assertThat(archive.name()).isEqualTo("guard:1.0");
    }

    @Test
    void isAlsoAnImageForDocker() throws Exception {
        // Given
        Path made = image("made");

        // When
        ImageArchive archive = ImageArchive.rewrite(made, directory.resolve("out.tar"), "guard", "1.0");

        // Then
        Map<String, byte[]> files = files(archive.file());
        JsonNode image = new ObjectMapper().readTree(files.get("manifest.json")).get(0);
        assertThat(image.at("/RepoTags/0").asText()).isEqualTo("guard:1.0");
        assertThat(files).containsKey(image.get("Config").asText());
        assertThat(image.get("Layers").valueStream().map(JsonNode::asText)).hasSize(4).allMatch(files::containsKey);
    }

    @Test
    void isTheSameWhenMadeOfTheSame() throws Exception {
        // Given
        ImageArchive first = ImageArchive.rewrite(image("one"), directory.resolve("first.tar"), "guard", "1.0");

        // When
        ImageArchive second = ImageArchive.rewrite(image("two"), directory.resolve("second.tar"), "guard", "1.0");

        // Then
        assertThat(second.digest()).isEqualTo(first.digest());
        assertThat(second.file()).hasSameBinaryContentAs(first.file());
    }

    private Path image(String name) throws Exception {
        Path folder = Files.createDirectories(directory.resolve(name));
        Path runtime = Files.createDirectories(folder.resolve("java"));
        Files.writeString(runtime.resolve("release"), "25");
        Program program = new Program(
                "guard", "Guard", "Guards.", "example.Main", Files.writeString(folder.resolve("guard.jvm"), "-Xmx9m\n"),
                Map.of("lock", new Program.Command(
                        "example.Lock", Files.writeString(folder.resolve("lock.jvm"), "-Xmx4m\n"))),
                "64515", List.of("java.base"),
                List.of(Files.writeString(folder.resolve("a.jar"), "a"),
                        Files.writeString(folder.resolve("chaperone-guard.jar"), "b")));
        JibContainerBuilder image = new ImageContent(program, runtime, Optional.empty(), TIME)
                .upon(Jib.fromScratch().setFormat(ImageFormat.OCI).setCreationTime(TIME), folder);
        Path made = folder.resolve("made.tar");
        image.containerize(Containerizer.to(TarImage.at(made).named("image")).setOfflineMode(true)
                .setBaseImageLayersCache(folder.resolve("base"))
                .setApplicationLayersCache(folder.resolve("layers")));
        return made;
    }

    private static List<String> names(Map<String, byte[]> files) throws IOException {
        return new ObjectMapper().readTree(files.get("index.json")).get("manifests").valueStream()
                .map(manifest -> manifest.get("annotations").get("io.containerd.image.name").asText()).toList();
    }

    private static Map<String, byte[]> files(Path tar) throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        try (TarArchiveInputStream in = new TarArchiveInputStream(Files.newInputStream(tar))) {
            for (var entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                files.put(entry.getName(), in.readAllBytes());
            }
        }
        return files;
    }
}
