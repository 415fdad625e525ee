package dev.chaperone.guardrail.state;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** A small file that is replaced whole or not at all, is on the disk when the call returns, and is its owner's alone. */
public record StateFile(Path path) {
    public boolean exists() {
        return Files.exists(path);
    }

    public byte[] read() throws IOException {
        return Files.readAllBytes(path);
    }

    public void write(byte[] content) throws IOException {
        write(content, path.resolveSibling(path.getFileName() + ".next"));
    }

    /** As {@link #write(byte[])}, by way of a file on the same file system whose name nothing else has. */
    void write(byte[] content, Path next) throws IOException {
        // Made anew each time: a file that was left there would keep the permissions it has.
        Files.deleteIfExists(next);
        try (FileChannel channel = FileChannel.open(
                next, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), ownerOnly(next))) {
            ByteBuffer buffer = ByteBuffer.wrap(content);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            channel.force(true);
        }
        Files.move(next, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** With what a file is created that nobody but its owner may read, where the file system knows of owners. */
    public static FileAttribute<?>[] ownerOnly(Path file) {
        return file.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[]{
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }
}
