package dev.chaperone.images;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.google.cloud.tools.jib.api.ImageReference;
import com.google.cloud.tools.jib.api.InvalidImageReferenceException;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * An image in a file that is an OCI layout for containerd and registries, and an image of {@code docker save} for Docker.
 *
 * <p>A layout keeps the manifest as it is, so that its digest is known before any node or registry has seen it. The index
 * names it twice, by tag and by digest: containerd finds {@code name@sha256:…} only under that very name, and would be
 * given it by a pull alone.
 *
 * @param file the tar
 * @param repository the image's name, neither tag nor digest
 * @param tag its tag
 * @param digest of its manifest
 */
record ImageArchive(Path file, String repository, String tag, String digest) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String INDEX = "index.json";
    private static final String DOCKER_INDEX = "manifest.json";
    private static final String DOCKER_HUB = "registry-1.";
    private static final int LARGEST_JSON = 1 << 20;

    /** The name and tag that it is loaded under. */
    String name() {
        return repository + ":" + tag;
    }

    /** The name that means this image and no other. */
    String byDigest() {
        return repository + "@" + digest;
    }

    /** Takes an OCI layout of one image and writes it under its names; what was read is deleted. */
    static ImageArchive rewrite(Path made, Path file, String repository, String tag) throws IOException {
        Map<String, byte[]> small = new HashMap<>();
        try (TarArchiveInputStream in = read(made);
                TarArchiveOutputStream out = new TarArchiveOutputStream(
                        new BufferedOutputStream(Files.newOutputStream(file)))) {
            for (var entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                InputStream content = in;
                if (entry.getSize() <= LARGEST_JSON) {
                    byte[] bytes = in.readAllBytes();
                    small.put(entry.getName(), bytes);
                    content = new ByteArrayInputStream(bytes);
                }
                if (!entry.getName().equals(INDEX)) {
                    put(out, entry.getName(), entry.getSize(), content);
                }
            }
            JsonNode descriptor = json(small, INDEX).at("/manifests/0");
            ImageArchive archive = new ImageArchive(file, repository, tag, descriptor.at("/digest").asText());
            put(out, INDEX, archive.index(descriptor));
            put(out, DOCKER_INDEX, archive.dockerIndex(json(small, blob(archive.digest()))));
            return archive;
        } finally {
            Files.delete(made);
        }
    }

    private static TarArchiveInputStream read(Path tar) throws IOException {
        return new TarArchiveInputStream(new BufferedInputStream(Files.newInputStream(tar)));
    }

    private Object index(JsonNode descriptor) {
        return Map.of("schemaVersion", 2, "mediaType", "application/vnd.oci.image.index.v1+json", "manifests",
                List.of(
                        named(descriptor, Map.of("io.containerd.image.name", fullRepository() + ":" + tag,
                                "org.opencontainers.image.ref.name", tag)),
                        named(descriptor, Map.of("io.containerd.image.name", fullRepository() + "@" + digest))));
    }

    private static Object named(JsonNode descriptor, Map<String, String> annotations) {
        return Map.of("mediaType", descriptor.get("mediaType"), "digest", descriptor.get("digest"), "size",
                descriptor.get("size"), "annotations", annotations);
    }

    private Object dockerIndex(JsonNode manifest) {
        return List.of(Map.of(
                "Config", blob(manifest.at("/config/digest").asText()),
                "RepoTags", List.of(name()),
                "Layers", manifest.get("layers").valueStream()
                        .map(layer -> blob(layer.get("digest").asText())).toList()));
    }

    /** The name as nodes spell it: one without a host is one of Docker Hub. */
    private String fullRepository() {
        try {
            ImageReference reference = ImageReference.parse(repository);
            String host = reference.getRegistry();
            return (host.startsWith(DOCKER_HUB) ? host.substring(DOCKER_HUB.length()) : host)
                    + "/" + reference.getRepository();
        } catch (InvalidImageReferenceException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static String blob(String digest) {
        return "blobs/" + digest.replace(':', '/');
    }

    private static JsonNode json(Map<String, byte[]> files, String name) throws IOException {
        return JSON.readTree(Objects.requireNonNull(files.get(name), name));
    }

    private static void put(TarArchiveOutputStream out, String name, Object json) throws IOException {
        byte[] bytes = JSON.writer().with(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
                .writeValueAsString(json).getBytes(StandardCharsets.UTF_8);
        put(out, name, bytes.length, new ByteArrayInputStream(bytes));
    }

    private static void put(TarArchiveOutputStream out, String name, long size, InputStream content)
            throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry(name);
        entry.setSize(size);
        entry.setModTime(0);
        out.putArchiveEntry(entry);
        content.transferTo(out);
        out.closeArchiveEntry();
    }
}
