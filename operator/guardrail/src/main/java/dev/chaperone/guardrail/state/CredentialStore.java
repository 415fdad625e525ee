package dev.chaperone.guardrail.state;

import dev.chaperone.config.channel.CredentialSet;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import java.util.function.Predicate;

/**
 * Keeps the credentials that the operator gives where {@link Credentials} finds them: a file per tool server, its
 * owner's alone and replaced whole. The directory is this store's own; what it does not know there it removes.
 */
public final class CredentialStore {
    // No tool server has a name that begins so.
    private static final String NEXT = ".next";

    private final Path directory;

    /** @param directory created when it is not there */
    public CredentialStore(Path directory) {
        this.directory = directory;
    }

    /** What is there; whatever is no credential is removed. */
    public CredentialSet read() throws IOException {
        Files.createDirectories(directory);
        if (directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        }
        SortedMap<String, String> tokens = new TreeMap<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                String token = token(file);
                if (CredentialSet.isToken(token)) {
                    tokens.put(String.valueOf(file.getFileName()), token);
                } else {
                    Files.delete(file);
                }
            }
        }
        return new CredentialSet(tokens);
    }

    private static String token(Path file) throws IOException {
        boolean known = CredentialSet.isServer(String.valueOf(file.getFileName())) && Files.isRegularFile(file);
        return known ? new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1) : "";
    }

    /** From now on there are these and no others. */
    public void write(CredentialSet given) throws IOException {
        removeOthers(given);
        add(given, _ -> true);
    }

    /** Removes the credentials of servers that are given none. */
    public void removeOthers(CredentialSet given) throws IOException {
        removeUnless((server, _) -> given.tokens().containsKey(server));
    }

    /** Removes every credential that is not exactly among those given. */
    public void removeChanged(CredentialSet given) throws IOException {
        removeUnless((server, token) -> token.equals(given.tokens().get(server)));
    }

    private void removeUnless(BiPredicate<String, String> stays) throws IOException {
        for (Map.Entry<String, String> held : read().tokens().entrySet()) {
            if (!stays.test(held.getKey(), held.getValue())) {
                Files.deleteIfExists(directory.resolve(held.getKey()));
            }
        }
    }

    /** Stores those that are given to some servers, in place of what these had. */
    public void add(CredentialSet given, Predicate<String> servers) throws IOException {
        SortedMap<String, String> held = read().tokens();
        for (Map.Entry<String, String> entry : given.tokens().entrySet()) {
            String server = entry.getKey();
            if (servers.test(server) && !entry.getValue().equals(held.get(server))) {
                // Names were looked at when they were read; a path is worth a second look.
                if (!CredentialSet.isServer(server)) {
                    throw new IOException("not the name of a tool server");
                }
                new StateFile(directory.resolve(server))
                        .write(entry.getValue().getBytes(StandardCharsets.ISO_8859_1), directory.resolve(NEXT));
            }
        }
    }
}
