package dev.chaperone.config;

/**
 * A pattern on {@code server/tool}. {@code *} stands for any run of characters other than {@code /}, {@code ?} for
 * one; everything else is matched exactly. A lone {@code *} stands for every tool. Server and tool are matched
 * apart, so no name can reach across the slash.
 */
public record ToolPattern(String server, String tool) {
    /**
     * @throws IllegalArgumentException when the text is not {@code server/tool}, with a message that says what is
     */
    public static ToolPattern parse(String text) {
        if (text.equals("*")) {
            return new ToolPattern("*", "*");
        }
        int slash = text.indexOf('/');
        if (slash <= 0 || slash == text.length() - 1 || text.indexOf('/', slash + 1) >= 0) {
            throw new IllegalArgumentException(
                    "'" + text
                            + "' is not a tool pattern: write 'server/tool', for example 'files/read_*' or '*/delete_file'");
        }
        return new ToolPattern(text.substring(0, slash), text.substring(slash + 1));
    }

    /** Whether the pattern names exactly one tool. */
    public boolean isLiteral() {
        return isLiteral(server) && isLiteral(tool);
    }

    public boolean matches(String serverName, String toolName) {
        return serverName.indexOf('/') < 0 && toolName.indexOf('/') < 0
                && glob(server, serverName) && glob(tool, toolName);
    }

    private static boolean isLiteral(String pattern) {
        return pattern.indexOf('*') < 0 && pattern.indexOf('?') < 0;
    }

    // Greedy with one point of return: linear in practice, at worst |pattern| x |text|, never exponential.
    private static boolean glob(String pattern, String text) {
        int p = 0;
        int t = 0;
        int star = -1;
        int resume = 0;
        while (t < text.length()) {
            if (p < pattern.length() && pattern.charAt(p) == '*') {
                star = p++;
                resume = t;
            } else if (p < pattern.length() && (pattern.charAt(p) == '?' || pattern.charAt(p) == text.charAt(t))) {
                p++;
                t++;
            } else if (star >= 0) {
                p = star + 1;
                t = ++resume;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') {
            p++;
        }
        return p == pattern.length();
    }
}
