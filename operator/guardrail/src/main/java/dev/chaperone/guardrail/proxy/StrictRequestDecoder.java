package dev.chaperone.guardrail.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.List;

/**
 * Netty's decoder behind a check of the head's bytes. Netty is lenient where RFC 9112 lets it be (it joins folded lines,
 * takes any space in the request line and skips what stands before it), and what one reader mends another reads as it
 * stands.
 */
final class StrictRequestDecoder extends HttpRequestDecoder {
    private final HeadCheck head;
    private boolean inHead = true;
    private boolean broken;

    StrictRequestDecoder(HttpDecoderConfig config) {
        super(config);
        this.head = new HeadCheck(config.getMaxInitialLineLength() + config.getMaxHeaderSize());
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) throws Exception {
        if (broken) {
            in.skipBytes(in.readableBytes());
            return;
        }
        if (inHead) {
            switch (head.look(in)) {
                case INCOMPLETE -> {
                    return;
                }
                case BROKEN -> {
                    broken = true;
                    in.skipBytes(in.readableBytes());
                    HttpMessage message = createInvalidMessage();
                    message.setDecoderResult(DecoderResult.failure(new DecoderException("not a head")));
                    out.add(message);
                    return;
                }
                case WHOLE -> inHead = false;
            }
        }
        int before = out.size();
        super.decode(context, in, out);
        for (Object message : out.subList(before, out.size())) {
            if (message instanceof LastHttpContent) {
                head.begin();
                inHead = true;
            }
        }
    }

    /** Looks at each byte of a head once, however it comes in. */
    private static final class HeadCheck {
        enum Result {
            INCOMPLETE, WHOLE, BROKEN
        }

        private final int limit;
        private int looked;
        private int lineStart;
        private int spaces;
        private byte last;

        HeadCheck(int limit) {
            this.limit = limit;
        }

        void begin() {
            looked = 0;
            lineStart = 0;
            spaces = 0;
            last = 0;
        }

        Result look(ByteBuf in) {
            for (; looked < in.readableBytes(); looked++) {
                byte b = in.getByte(in.readerIndex() + looked);
                if (looked >= limit || (b == '\n') != (last == '\r') || !(b == '\n' ? lineMayEnd() : mayStand(b))) {
                    return Result.BROKEN;
                }
                if (b == '\n') {
                    boolean empty = looked == lineStart + 1;
                    lineStart = looked + 1;
                    if (empty) {
                        looked++;
                        return Result.WHOLE;
                    }
                }
                last = b;
            }
            return Result.INCOMPLETE;
        }

        private boolean lineMayEnd() {
            // The request line is the first, has exactly three words, and is not empty.
            return lineStart > 0 || spaces == 2;
        }

        private boolean mayStand(byte b) {
            if (b == ' ' || b == '\t') {
                if (lineStart == 0) {
                    spaces++;
                    return b == ' ' && last > ' ' && spaces <= 2;
                }
                return looked > lineStart;
            }
            return b == '\r' || b < 0 || (b > ' ' && b != 0x7F);
        }
    }
}
