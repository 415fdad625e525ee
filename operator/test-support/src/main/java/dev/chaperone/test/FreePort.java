package dev.chaperone.test;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Ports for programs that are told where to listen. */
public final class FreePort {
    // Below those that Linux gives to connections: such a one may be taken before the program listens.
    private static final int FIRST = 20_000;
    private static final int END = 30_000;

    private FreePort() {}

    /** A port where nobody listens. */
    public static int find() {
        while (true) {
            try (ServerSocket socket = new ServerSocket(ThreadLocalRandom.current().nextInt(FIRST, END))) {
                return socket.getLocalPort();
            } catch (IOException e) {
                // Taken.
            }
        }
    }
}
