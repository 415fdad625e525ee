package dev.chaperone.config.channel;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * What has become of an {@link EvidenceBatch}: whoever keeps the trail has it.
 *
 * @param boot the boot that wrote the lines
 * @param through the number of the last line that is kept; the guardrail need keep none up to it
 * @param acknowledgement the operator's word for this, which it believes when it is shown again: so any replica goes on
 *     where another one stopped. Means nothing to the guardrail
 */
public record EvidenceAnswer(String boot, long through, String acknowledgement) {
    /** The message in UTF-8. */
    public byte[] write() {
        ObjectNode tree = Message.object().put("boot", boot).put("through", through)
                .put("acknowledgement", acknowledgement);
        return Message.bytes(tree);
    }

    /** @throws MessageException when the bytes are no such message */
    public static EvidenceAnswer read(byte[] bytes) throws MessageException {
        Message message = Message.of(bytes);
        return new EvidenceAnswer(
                message.uuid("boot"), message.number("through", -1), message.text("acknowledgement"));
    }
}
