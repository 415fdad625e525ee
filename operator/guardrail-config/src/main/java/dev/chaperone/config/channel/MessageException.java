package dev.chaperone.config.channel;

/** A message of the channel that means nothing: no JSON, incomplete, of the wrong kind, too large. Never quotes it. */
public final class MessageException extends Exception {
    private static final long serialVersionUID = 1L;

    MessageException(String message) {
        super(message);
    }
}
