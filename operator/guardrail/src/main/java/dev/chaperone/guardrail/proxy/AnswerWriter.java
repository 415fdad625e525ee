package dev.chaperone.guardrail.proxy;

import dev.chaperone.guardrail.mcp.CredentialWatch;
import dev.chaperone.guardrail.mcp.RefusedException;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the agent is sent of one answer: the head when its first byte is known to go out, and a body in which the tool
 * server's credential never is.
 */
final class AnswerWriter {
    private static final int SMALL_PIECE = 64 << 10;

    private final ChannelHandlerContext agent;
    private final HeldBytes.Share held;
    private final CredentialWatch credential;

    private @Nullable HttpResponse head;
    private @Nullable String length;
    private boolean begun;

    /**
     * @param held what is held back of the answer before it comes here
     * @param credential that the tool server was shown; null for none
     */
    AnswerWriter(ChannelHandlerContext agent, HeldBytes.Share held, @Nullable String credential) {
        this.agent = agent;
        this.held = held;
        this.credential = new CredentialWatch(credential);
    }

    /**
     * Takes the head, which waits for the body.
     *
     * @param length of the body; null when it is sent in chunks
     */
    void head(HttpResponse head, @Nullable String length) throws RefusedException {
        for (Map.Entry<String, String> field : head.headers()) {
            if (credential.isIn(field.getValue())) {
                throw credentialSentBack();
            }
        }
        this.head = head;
        this.length = length;
    }

    /** Whether the head has gone out, after which the answer can only be ended or broken off. */
    boolean hasBegun() {
        return begun;
    }

    /** Sends the head if it has not gone out. */
    void begin() {
        if (begun || head == null) {
            return;
        }
        if (length != null) {
            head.headers().set(HttpHeaderNames.CONTENT_LENGTH, length);
        } else {
            head.headers().set(HttpHeaderNames.TRANSFER_ENCODING, "chunked");
        }
        begun = true;
        agent.write(head);
    }

    /**
     * Sends a piece of the body.
     *
     * @return whether the agent keeps up
     */
    boolean send(byte[] bytes) throws RefusedException {
        byte[] safe = credential.feed(bytes);
        if (safe == null) {
            throw credentialSentBack();
        }
        if (safe.length > 0) {
            sendPiece(safe);
        }
        return agent.channel().isWritable();
    }

    /** Sends the end, after what may have been the begin of a credential and was none. */
    ChannelFuture end() {
        begin();
        byte[] rest = credential.end();
        if (rest.length > 0) {
            write(rest);
        }
        return agent.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
    }

    /** Sends a body that was held back until it was whole, whatever length was announced. */
    ChannelFuture endWith(byte[] body) throws RefusedException {
        if (credential.feed(body) == null) {
            throw credentialSentBack();
        }
        held.giveBack();
        length = String.valueOf(body.length);
        sendPiece(body);
        return agent.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
    }

    /** Sends an event of the guardrail's own in place of the rest of a stream. */
    ChannelFuture endWithEvent(byte[] event) {
        write(event);
        return agent.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
    }

    /** Lets what was written reach the agent. */
    void flush() {
        agent.flush();
    }

    /** Ends the connection, as nothing else keeps a part of an answer from being taken for the whole. */
    void breakOff() {
        agent.flush();
        agent.close();
    }

    // One that is large counts as held until the agent has read it; small ones are bounded by the pace that it sets.
    private void sendPiece(byte[] bytes) throws RefusedException {
        if (bytes.length <= SMALL_PIECE) {
            begin();
            write(bytes);
            return;
        }
        HeldBytes.Share unread = held.another();
        if (!unread.take(bytes.length)) {
            throw RefusedException.badGateway("too much is under way");
        }
        begin();
        write(bytes).addListener(_ -> unread.giveBack());
    }

    private ChannelFuture write(byte[] bytes) {
        return agent.write(new DefaultHttpContent(Unpooled.wrappedBuffer(bytes)));
    }

    private static RefusedException credentialSentBack() {
        return RefusedException.badGateway("the tool server sends its credential back");
    }
}
