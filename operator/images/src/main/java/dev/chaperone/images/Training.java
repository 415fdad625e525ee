package dev.chaperone.images;

import java.io.IOException;
import java.util.List;

/** A short life of a program, with some of everything that it does. */
interface Training {
    /** Another text when the training itself changed. */
    String version();

    /**
     * Starts the program, makes it work and ends it.
     *
     * @param command what starts it
     */
    void run(List<String> command) throws IOException, InterruptedException;
}
