package dev.chaperone.config.channel;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Lines of an audit trail for the operator: a line with a JSON object, then the lines as they were written, each with its
 * end ({@code application/x-ndjson}). They travel byte for byte, because their digests chain them.
 *
 * @param boot the boot that wrote them
 * @param acknowledgement the operator's word for the last acknowledgement of this boot; null when there was none
 * @param lines without their ends, one after the other in the trail
 */
public record EvidenceBatch(String boot, @Nullable String acknowledgement, List<byte[]> lines) {
    public EvidenceBatch {
        lines = List.copyOf(lines);
    }

    /** The message in UTF-8. */
    public byte[] write() {
        ObjectNode head = Message.object().put("boot", boot);
        Message.put(head, "acknowledgement", acknowledgement);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(Message.bytes(head));
        out.write('\n');
        for (byte[] line : lines) {
            out.writeBytes(line);
            out.write('\n');
        }
        return out.toByteArray();
    }

    /** @throws MessageException when the bytes are no such message, or carry no line */
    public static EvidenceBatch read(byte[] bytes) throws MessageException {
        if (bytes.length > ChannelPaths.MAX_EVIDENCE_BYTES) {
            throw new MessageException("larger than " + ChannelPaths.MAX_EVIDENCE_BYTES + " bytes");
        }
        List<byte[]> lines = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                lines.add(Arrays.copyOfRange(bytes, start, i));
                start = i + 1;
            }
        }
        if (start != bytes.length || lines.size() < 2) {
            throw new MessageException("no lines that end");
        }
        Message head = Message.of(lines.getFirst());
        return new EvidenceBatch(
                head.uuid("boot"), head.optionalText("acknowledgement"), lines.subList(1, lines.size()));
    }
}
