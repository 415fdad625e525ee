package dev.chaperone.guardrail.mcp;

/**
 * Looks at a JSON answer while it streams by. Fed before each piece is forwarded: once it objects, the piece is held
 * back and the answer never becomes whole, so that no client can read it.
 */
public final class JsonWatch {
    private final MessageScanner scanner = new MessageScanner();
    private final ServerMessages rules;

    public JsonWatch(ServerMessages rules) {
        this.rules = rules;
    }

    /** Whether this piece may follow those before it. */
    public boolean accepts(byte[] piece) {
        scanner.feed(piece);
        // A list of tools is asked for otherwise, and then cut down.
        return rules.mayPass(scanner) && !scanner.listsTools();
    }

    /** Whether nothing is open that more pieces would have to close. */
    public boolean isWhole() {
        return scanner.isBalanced();
    }
}
