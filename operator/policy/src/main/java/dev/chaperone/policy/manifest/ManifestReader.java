package dev.chaperone.policy.manifest;

import dev.chaperone.policy.manifest.ManifestDocument.Undecodable;
import dev.chaperone.policy.manifest.Node.Place;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads files of manifests as strictly as an API server that was asked for strict validation, and as it will be read:
 * by the schemas and rules of the CRDs themselves.
 *
 * <p>YAML and JSON, any number of documents, {@code List}s, anchors. Refused, though an API server may take them: nulls
 * in a spec, scalars that YAML 1.1 and 1.2 read differently, tags, merge keys, and a namespace on a cluster-wide kind. A
 * namespaced resource that names no namespace is one of {@code default}, as for kubectl without a context.
 */
public final class ManifestReader {
    /** Files above this many UTF-16 code units are refused. */
    public static final int MAX_LENGTH = 1 << 20;

    /** Files of more documents are refused beyond them. */
    public static final int MAX_DOCUMENTS = 1000;

    private ManifestReader() {}

    /**
     * The documents of a file, in their order; empty ones are left out. Never throws: whatever cannot be read is
     * {@link ManifestDocument.Undecodable}, and the documents after it are read all the same.
     *
     * @param fileName the file as the user named it, for messages
     * @param text its whole text
     */
    public static List<ManifestDocument> read(String fileName, String text) {
        String content = text.startsWith("\ufeff") ? text.substring(1) : text;
        if (content.length() > MAX_LENGTH) {
            return List.of(refused(ManifestText.of(fileName, ""), new Place(1, 1),
                    "the file is longer than " + MAX_LENGTH + " characters"));
        }
        ManifestText file = ManifestText.of(fileName, content);
        List<ManifestDocument> documents = new ArrayList<>();
        DocumentReader reader = new DocumentReader(file, documents);
        int line = 1;
        for (String part : parts(file)) {
            if (documents.size() >= MAX_DOCUMENTS) {
                documents.add(refused(file, new Place(line, 1), "more than " + MAX_DOCUMENTS + " documents"));
                break;
            }
            try {
                YamlParser.parse(file, line, part).forEach(reader::read);
            } catch (YamlException e) {
                documents.add(refused(file, e));
            }
            line += Math.toIntExact(part.lines().count());
        }
        return List.copyOf(documents);
    }

    // Split as kubectl does, so that a document that is no YAML does not hide those after it.
    private static List<String> parts(ManifestText file) {
        List<String> parts = new ArrayList<>();
        StringBuilder part = new StringBuilder();
        for (String line : file.lines()) {
            boolean separator = line.startsWith("---") && (line.length() == 3 || line.charAt(3) == ' '
                    || line.charAt(3) == '\t');
            if (separator && !part.isEmpty()) {
                parts.add(part.toString());
                part.setLength(0);
            }
            part.append(line).append('\n');
        }
        parts.add(part.toString());
        return parts;
    }

    private static Undecodable refused(ManifestText file, Place place, String message) {
        return refused(file, new YamlException(place, message, null));
    }

    private static Undecodable refused(ManifestText file, YamlException problem) {
        Problems problems = new Problems(file);
        problems.add("", problem.place(), String.valueOf(problem.getMessage()), problem.mend());
        return new Undecodable(null, problems.issues(""));
    }
}
