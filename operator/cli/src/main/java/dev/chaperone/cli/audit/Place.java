package dev.chaperone.cli.audit;

/**
 * A line of a file.
 *
 * @param file as the user named it
 * @param line from 1
 */
public record Place(String file, long line) {
    @Override
    public String toString() {
        return file + ":" + line;
    }
}
