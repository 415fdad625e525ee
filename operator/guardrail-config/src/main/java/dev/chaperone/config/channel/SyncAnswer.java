package dev.chaperone.config.channel;

/**
 * What a guardrail should hold.
 *
 * @param agent {@code namespace/name} of the agent that its pod is
 * @param revision the bundle to decide by
 * @param credentials the digest of the credentials to hold; never null, because none have a digest too
 */
public record SyncAnswer(String agent, String revision, String credentials) {
    /** The message in UTF-8. */
    public byte[] write() {
        return Message.bytes(
                Message.object().put("agent", agent).put("revision", revision).put("credentials", credentials));
    }

    /** @throws MessageException when the bytes are no such message */
    public static SyncAnswer read(byte[] bytes) throws MessageException {
        Message message = Message.of(bytes);
        return new SyncAnswer(message.agent("agent"), message.digest("revision"), message.digest("credentials"));
    }
}
