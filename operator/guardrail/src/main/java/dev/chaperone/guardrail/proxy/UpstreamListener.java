package dev.chaperone.guardrail.proxy;

import io.netty.handler.codec.http.HttpResponse;

/** Hears what a tool server answers, on the event loop of its connection; after {@code failed} or {@code ended} nothing. */
interface UpstreamListener {
    void head(HttpResponse response);

    void content(byte[] bytes);

    /** For now nothing more has come: what was made of it may leave together. */
    default void pause() {}

    void ended();

    /** The answer will not come or will not become whole. */
    void failed(Throwable cause);
}
