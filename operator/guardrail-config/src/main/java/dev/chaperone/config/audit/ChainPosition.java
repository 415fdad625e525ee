package dev.chaperone.config.audit;

/**
 * How far the trail of one boot is known.
 *
 * @param boot the boot
 * @param sequence the number of the last line that is known; -1 before the first one
 * @param digest the digest of that line
 */
public record ChainPosition(String boot, long sequence, String digest) {
    /** What the first line of a boot has in place of the digest of the line before. */
    public static final String FIRST = "sha256:" + "0".repeat(64);

    /** How a line stands to what is known. */
    public enum Link {
        /** It is the next one, and follows the very line that is known. */
        CONTINUES,
        /** It is the next one by its number, and follows another line than the one that is known. */
        ALTERED,
        /** Lines between are missing. */
        AHEAD,
        /** It, or another of its number, is known already. */
        BEHIND,
        /** Another boot wrote it. */
        FOREIGN
    }

    /** Before the first line of a boot. */
    public static ChainPosition before(String boot) {
        return new ChainPosition(boot, -1, FIRST);
    }

    /** How the line stands to what is known. */
    public Link link(AuditLine line) {
        if (!line.boot().equals(boot)) {
            return Link.FOREIGN;
        }
        if (line.sequence() <= sequence) {
            return Link.BEHIND;
        }
        if (line.sequence() > sequence + 1) {
            return Link.AHEAD;
        }
        return line.previous().equals(digest) ? Link.CONTINUES : Link.ALTERED;
    }
}
