package dev.chaperone.cli;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Keeps a warning of the Java platform from standing before everything that the command says: protobuf, which CEL is
 * built on, still uses {@code sun.misc.Unsafe}. The platform warns once, at its first use; users can do nothing about it.
 */
final class ProtobufWarning {
    private ProtobufWarning() {}

    /** Has protobuf use it now, with nobody listening. */
    static void swallow() {
        PrintStream err = System.err;
        System.setErr(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
        try {
            Class.forName("com.google.protobuf.UnsafeUtil");
        } catch (ClassNotFoundException e) {
            // Then there is nothing to warn of.
        } finally {
            System.setErr(err);
        }
    }
}
