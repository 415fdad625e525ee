package dev.chaperone.cli;

import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Objects;

/** Something around the command is not as it needs it; the message says what, in one line. */
final class EnvironmentException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    EnvironmentException(String message) {
        super(message);
    }

    /** A file that cannot be used: the platform's message is often its name and no more. */
    static EnvironmentException of(FileSystemException e) {
        String why = switch (e) {
            case NoSuchFileException _ -> "there is no such file or folder";
            case AccessDeniedException _ -> "permission denied";
            case FileAlreadyExistsException _,NotDirectoryException _ -> "is not a folder";
            default -> Objects.requireNonNullElse(e.getReason(), e.getClass().getSimpleName());
        };
        return new EnvironmentException(e.getFile() + ": " + why);
    }
}
