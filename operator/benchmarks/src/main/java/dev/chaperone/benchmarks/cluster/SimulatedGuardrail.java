package dev.chaperone.benchmarks.cluster;

import dev.chaperone.config.GuardrailConfigSpec;
import dev.chaperone.config.channel.ChannelPaths;
import dev.chaperone.config.channel.MessageException;
import dev.chaperone.config.channel.SyncAnswer;
import dev.chaperone.config.channel.SyncRequest;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Speaks the channel as a pod's guardrail does, takes every bundle as loaded, and keeps its leases. */
final class SimulatedGuardrail implements AutoCloseable {
    private static final Duration ANSWER = Duration.ofSeconds(20);
    private static final Duration AGAIN = Duration.ofMillis(500);

    private final HttpClient client;
    private final URI channel;
    private final Supplier<String> token;
    private final Duration starting;
    private final String boot = UUID.randomUUID().toString();
    /** When each ends, by {@link System#nanoTime()}. */
    private final Map<String, Long> leases = new ConcurrentHashMap<>();
    private final Thread thread;
    private @Nullable SyncAnswer last;
    private volatile boolean decides;
    private volatile boolean quiet;

    /**
     * Begins.
     *
     * @param token that of the pod
     * @param starting how long it takes to start
     */
    SimulatedGuardrail(HttpClient client, URI channel, Supplier<String> token, Duration starting) {
        this.client = client;
        this.channel = channel;
        this.token = token;
        this.starting = starting;
        this.thread = Thread.ofVirtual().start(this::run);
    }

    private void run() {
        try {
            Thread.sleep(starting);
            String bearer = "Bearer " + token.get();
            while (true) {
                if (quiet || !isSynchronized(bearer)) {
                    Thread.sleep(AGAIN);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isSynchronized(String bearer) throws InterruptedException {
        try {
            sync(bearer);
            return true;
        } catch (IOException | MessageException e) {
            return false;
        }
    }

    private void sync(String bearer) throws IOException, InterruptedException, MessageException {
        SyncAnswer before = last;
        SyncRequest request = new SyncRequest(
                boot, List.of(GuardrailConfigSpec.FORMAT), before == null ? null : before.revision(), null,
                before == null ? null : before.credentials(), -1, null, Set.copyOf(leases.keySet()), List.of(), null,
                before == null ? Duration.ZERO : untilLeasesAreHalfOver());
        long asked = System.nanoTime();
        HttpResponse<byte[]> response = client.send(
                HttpRequest.newBuilder(channel.resolve(ChannelPaths.SYNC)).timeout(ANSWER)
                        .header("Authorization", bearer).header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofByteArray(request.write())).build(),
                BodyHandlers.ofByteArray());
        if (response.statusCode() != 200) {
            throw new IOException("answer " + response.statusCode());
        }
        SyncAnswer answer = SyncAnswer.read(response.body());
        last = answer;
        leases.keySet().retainAll(answer.leases().keySet());
        answer.leases().forEach((requirement, length) -> leases.put(requirement, asked + length.toNanos()));
        decides = true;
    }

    private Duration untilLeasesAreHalfOver() {
        long now = System.nanoTime();
        long shortest = leases.values().stream().mapToLong(end -> end - now).min().orElse(ANSWER.toNanos());
        return Duration.ofNanos(Math.clamp(shortest / 2, AGAIN.toNanos(), ANSWER.toNanos()));
    }

    /** Says nothing more, or speaks again. */
    void isQuiet(boolean silent) {
        quiet = silent;
    }

    /** Whether it decides, and so could narrow. */
    boolean decides() {
        return decides;
    }

    /** Whether it narrows what the agent may do: one of the requirements is not known to hold. */
    boolean narrows(Set<String> requirements) {
        long now = System.nanoTime();
        return decides && requirements.stream().anyMatch(requirement -> {
            Long end = leases.get(requirement);
            return end == null || end - now <= 0;
        });
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
