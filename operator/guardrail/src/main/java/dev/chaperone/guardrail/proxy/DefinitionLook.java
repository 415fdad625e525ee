package dev.chaperone.guardrail.proxy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.chaperone.config.Capability;
import dev.chaperone.guardrail.mcp.EventStream;
import dev.chaperone.guardrail.mcp.RefusedException;
import dev.chaperone.guardrail.mcp.ServerMessages;
import dev.chaperone.guardrail.mcp.ToolListener;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.EnumSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Asks a tool server for the whole list of its tools, page after page, as the agent would: in its session and with the
 * same credential. Bounded in pages, bytes and time; whatever goes wrong ends it. Runs on one event loop.
 */
final class DefinitionLook implements UpstreamListener, ToolListener {
    private static final int MAX_PAGES = 64;

    /** What came of it. */
    sealed interface Result {
        /** The whole list was seen, and {@link Sightings} knows of it. */
        record Complete() implements Result {}

        /** @param status HTTP status of the answer that ended it; 0 when something else did */
        record Failed(String why, int status) implements Result {}
    }

    private final LookRequest request;
    private final UpstreamConnections upstream;
    private final Limits limits;
    private final HeldBytes.Share held;
    private final Consumer<Result> done;
    private final ListedDefinitions listed;
    private final ServerMessages rules;

    private @Nullable Future<?> alarm;
    private UpstreamConnections.@Nullable Exchange exchange;
    private @Nullable EventStream events;
    private ByteArrayOutputStream whole = new ByteArrayOutputStream(0);
    private String id = "";
    private boolean paged;
    private @Nullable String cursor;
    private int pages;
    private long bytes;
    private boolean over;

    /** @param held counts what is held back of the answers */
    DefinitionLook(
            LookRequest request,
            UpstreamConnections upstream,
            Limits limits,
            HeldBytes.Share held,
            Consumer<Result> done) {
        this.request = request;
        this.upstream = upstream;
        this.limits = limits;
        this.held = held;
        this.done = done;
        this.listed = new ListedDefinitions(Sightings.pins(request.server()).keySet());
        this.rules = new ServerMessages(EnumSet.of(Capability.TOOLS), _ -> true, this);
    }

    void start(EventExecutor loop) {
        alarm = loop.schedule(
                () -> fail("it takes too long", 0), limits.lookTimeout().toNanos(), TimeUnit.NANOSECONDS);
        ask();
    }

    ListedDefinitions listed() {
        return listed;
    }

    private void ask() {
        if (++pages > MAX_PAGES) {
            fail("the list has too many pages", 0);
            return;
        }
        id = CallIds.next();
        paged = false;
        events = null;
        whole = new ByteArrayOutputStream(1024);
        held.giveBack();
        try {
            exchange = upstream.send(request.endpoint(), request.message(id, cursor), this);
        } catch (IOException e) {
            fail("it cannot be asked", 0);
        }
    }

    @Override
    public void head(HttpResponse response) {
        try {
            AnswerHead head = AnswerHead.check(response);
            if (head.status() != 200) {
                fail("it answers with another status than 200", head.status());
            } else if (head.type().equals("text/event-stream")) {
                // What the server asks meanwhile is not answered: this is no session of its own.
                events = new EventStream(rules, limits.answerBytes(), _ -> {});
            } else if (!head.type().equals("application/json")) {
                fail("it answers with another type than JSON", 0);
            }
        } catch (RefusedException e) {
            fail(String.valueOf(e.getMessage()), 0);
        }
    }

    @Override
    public void content(byte[] piece) {
        bytes += piece.length;
        if (over) {
            return;
        }
        if (bytes > limits.answerBytes() || !held.take(piece.length)) {
            fail("the list is too large", 0);
        } else if (events == null) {
            whole.writeBytes(piece);
        } else {
            try {
                events.feed(piece);
            } catch (EventStream.EventTooLargeException e) {
                fail("the list is too large", 0);
            }
            if (paged && exchange != null) {
                // A stream may go on for as long as it likes.
                exchange.abort();
                next();
            }
        }
    }

    @Override
    public void ended() {
        if (over) {
            return;
        }
        if (events == null && rules.rewrite(whole.toByteArray()) == null) {
            fail("the list is not one that can be read", 0);
        } else if (!paged) {
            fail("it answers with no list", 0);
        } else {
            next();
        }
    }

    @Override
    public void failed(Throwable cause) {
        fail("it cannot be reached: " + cause.getClass().getSimpleName(), 0);
    }

    @Override
    public void lists(ObjectNode message) {
        if (paged || !id.equals(message.path("id").textValue())) {
            return;
        }
        JsonNode result = message.path("result");
        JsonNode following = result.path("nextCursor");
        JsonNode type = result.path("resultType");
        boolean known = (following.isMissingNode() || following.isNull() || following.isTextual())
                && (type.isMissingNode() || "complete".equals(type.textValue()));
        if (known && result.path("tools") instanceof ArrayNode tools) {
            listed.add(tools);
            cursor = following.textValue();
            paged = true;
        }
    }

    @Override
    public void changed() {
        // A list that changes while it is read is asked for again.
        request.doubt();
    }

    private void next() {
        if (cursor != null) {
            ask();
        } else if (!over) {
            end(new Result.Complete());
        }
    }

    private void fail(String why, int status) {
        if (!over) {
            over = true;
            if (exchange != null) {
                exchange.abort();
            }
            end(new Result.Failed(why, status));
        }
    }

    private void end(Result result) {
        over = true;
        held.giveBack();
        if (alarm != null) {
            alarm.cancel(false);
        }
        done.accept(result);
    }
}
