package dev.chaperone.controller;

import dev.chaperone.controller.reconciler.Leadership;
import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Instant;
import java.util.List;

/**
 * Tells when the lease that decides who leads was written. The elector keeps that to itself, and a replica that wakes
 * after its lease needs it before the elector has looked again.
 */
public final class LeaseRenewals implements Interceptor {
    private final Leadership leadership;
    private final Clock clock;
    /** One thread asks, and waits for the answer. */
    private volatile Instant asked = Instant.MIN;

    public LeaseRenewals(Leadership leadership, Clock clock) {
        this.leadership = leadership;
        this.clock = clock;
    }

    @Override
    public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
        if (writesLease(request)) {
            asked = clock.instant();
        }
    }

    @Override
    public void after(HttpRequest request, HttpResponse<?> response, AsyncBody.Consumer<List<ByteBuffer>> consumer) {
        if (writesLease(request) && response.isSuccessful()) {
            leadership.renewed(asked);
        }
    }

    private static boolean writesLease(HttpRequest request) {
        String path = request.uri().getPath();
        return !request.method().equals("GET")
                && (path.endsWith("/leases") || path.endsWith("/leases/" + Controller.LEASE));
    }
}
