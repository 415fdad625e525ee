package dev.chaperone.guardrail.mcp;

import java.util.regex.Pattern;

/** The two shapes that MCP over HTTP has; every request belongs to exactly one. */
public enum Era {
    /** Revisions up to 2025-11-25: {@code initialize}, sessions, a stream by GET. */
    LEGACY,
    /** From 2026-07-28 on: every request stands alone and says its version itself. */
    MODERN;

    /** The first revision of the modern era, and the only one that is understood here. */
    public static final String MODERN_VERSION = "2026-07-28";

    private static final Pattern DATE = Pattern.compile("\\d{4}-\\d{2}-\\d{2}");

    /** Whether a protocol version, which is a date, belongs to the modern era. */
    static boolean isModern(String version) {
        return DATE.matcher(version).matches() && version.compareTo(MODERN_VERSION) >= 0;
    }
}
