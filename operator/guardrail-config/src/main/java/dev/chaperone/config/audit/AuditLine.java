package dev.chaperone.config.audit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.chaperone.config.Digests;
import dev.chaperone.config.JsonTrees;
import java.io.IOException;
import java.util.regex.Pattern;

/**
 * One line of an audit trail.
 *
 * @param boot the process that wrote it
 * @param sequence its number in that boot, from 0
 * @param previous the digest of the line before in that boot; {@link ChainPosition#FIRST} of the first one
 * @param digest the digest of this line as it stands, without its end
 * @param record all that it says
 */
public record AuditLine(String boot, long sequence, String previous, String digest, ObjectNode record) {
    private static final Pattern BOOT = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");

    /**
     * Reads a line.
     *
     * @param line without its end
     * @throws IOException when it is no line of an audit trail; the message says why, and quotes nothing
     */
    public static AuditLine read(byte[] line) throws IOException {
        ObjectNode record;
        try {
            if (!(JsonTrees.read(line) instanceof ObjectNode object)) {
                throw new IOException("no JSON object");
            }
            record = object;
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new IOException("no JSON");
        }
        JsonNode sequence = record.path("seq");
        if (!sequence.isIntegralNumber() || !sequence.canConvertToLong() || sequence.longValue() < 0) {
            throw new IOException("seq is no number of a line");
        }
        return new AuditLine(
                text(record, "boot", BOOT), sequence.longValue(), text(record, "prev", DIGEST), Digests.of(line),
                record);
    }

    private static String text(ObjectNode record, String name, Pattern pattern) throws IOException {
        String text = record.path(name).textValue();
        if (text == null || !pattern.matcher(text).matches()) {
            throw new IOException(name + " is missing or malformed");
        }
        return text;
    }

    /** Whether this may name a boot. */
    public static boolean isBoot(String text) {
        return BOOT.matcher(text).matches();
    }

    /** Whether this may be the digest of a line. */
    public static boolean isDigest(String text) {
        return DIGEST.matcher(text).matches();
    }

    /** The position behind this line. */
    public ChainPosition position() {
        return new ChainPosition(boot, sequence, digest);
    }
}
