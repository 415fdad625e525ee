package dev.chaperone.guardrail.proxy;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.UncheckedIOException;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** TLS towards tool servers, by the platform's trusted authorities. Made when first needed: many need none. */
final class ClientTls implements Supplier<SslContext> {
    private @Nullable SslContext context;

    @Override
    public synchronized SslContext get() {
        if (context == null) {
            try {
                context = SslContextBuilder.forClient().build();
            } catch (SSLException e) {
                throw new UncheckedIOException(e);
            }
        }
        return context;
    }
}
