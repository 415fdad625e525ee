package dev.chaperone.cli.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.chaperone.api.GuardrailPod;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.LogWatch;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The decisions in the audit trail of a pod's guardrail, one after the other, as its log has them. */
final class FollowedAudit implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final LogWatch log;
    private final BlockingQueue<JsonNode> decisions = new LinkedBlockingQueue<>();

    FollowedAudit(KubernetesClient client, Pod pod) {
        log = client.pods().resource(pod).inContainer(GuardrailPod.CONTAINER).watchLog();
        Thread.ofVirtual().start(this::read);
    }

    private void read() {
        try (var reader = new BufferedReader(new InputStreamReader(log.getOutput(), StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                add(line);
            }
        } catch (IOException e) {
            // Nobody follows any more; who waits for a decision stops to wait in time.
        }
    }

    private void add(String line) {
        try {
            JsonNode entry = MAPPER.readTree(line);
            if (entry.path("event").asText().equals("decision")) {
                decisions.add(entry);
            }
        } catch (JsonProcessingException e) {
            // The log has warnings of the guardrail too, which are text.
        }
    }

    /** The decision after the one that was asked for last. */
    JsonNode next() throws InterruptedException {
        JsonNode decision = decisions.poll(PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
        if (decision == null) {
            throw new DemoException("the guardrail's log shows no decision");
        }
        return decision;
    }

    @Override
    public void close() {
        log.close();
    }
}
