package dev.chaperone.cli.console;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Where people read: plain text, coloured where a terminal shows it. */
public final class Console {
    /** What a colour is for. */
    public enum Tone {
        GOOD("32"), BAD("31"), QUIET("2"), STRONG("1");

        private final String code;

        Tone(String code) {
            this.code = code;
        }
    }

    private static final int LONGEST = 160;

    private final PrintStream out;
    private final boolean colour;

    private Console(PrintStream out, boolean colour) {
        this.out = out;
        this.colour = colour;
    }

    /** Standard output. */
    public static Console out() {
        return of(new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8));
    }

    /** Standard error. */
    public static Console err() {
        return of(new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8));
    }

    /** Nobody reads. */
    public static Console none() {
        return new Console(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8), false);
    }

    /** Any stream, without colours. */
    public static Console to(PrintStream stream) {
        return new Console(stream, false);
    }

    private static Console of(PrintStream stream) {

        // NO_COLOR: https://no-color.org
        boolean wanted = System.getenv("NO_COLOR") == null && !"dumb".equals(System.getenv("TERM"));
        boolean terminal = Optional.ofNullable(System.console()).map(java.io.Console::isTerminal).orElse(false);
        return new Console(stream, wanted && terminal);
    }

    /**
     * A text that somebody else chose, for use inside a line: nothing in it moves the cursor, ends the line, or lets it
     * read in another order than it stands.
     */
    public static String plain(String text) {
        StringBuilder plain = new StringBuilder();
        text.codePoints().limit(LONGEST).forEach(c -> {
            switch (Character.getType(c)) {
                case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR,
                        Character.SURROGATE, Character.PRIVATE_USE, Character.UNASSIGNED ->
                    plain.append(String.format("\\u%04x", c));
                default -> plain.appendCodePoint(c);
            }
        });
        return text.codePointCount(0, text.length()) > LONGEST ? plain.append('…').toString() : plain.toString();
    }

    public void line(String text) {
        out.println(text);
    }

    /** The text in a tone, for use inside a line. */
    public String tone(Tone tone, String text) {
        return colour ? "\u001b[" + tone.code + "m" + text + "\u001b[0m" : text;
    }
}
