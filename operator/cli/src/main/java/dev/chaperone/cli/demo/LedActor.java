package dev.chaperone.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.ExecWatch;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** An actor in a container, whose standard input and output are attached to; the other end of {@link Lines}. */
final class LedActor implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration HELLO_AGAIN = Duration.ofSeconds(2);
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final String name;
    private final ExecWatch attached;
    private final BlockingQueue<JsonNode> answers = new LinkedBlockingQueue<>();
    private int last;

    private LedActor(String name, ExecWatch attached) {
        this.name = name;
        this.attached = attached;
    }

    /** Attaches to a container that runs, and waits until its actor listens. */
    static LedActor attach(KubernetesClient client, Pod pod, String container)
            throws IOException, InterruptedException {
        ExecWatch attached = client.pods().resource(pod).inContainer(container).redirectingInput().redirectingOutput()
                .attach();
        LedActor actor = new LedActor(pod.getMetadata().getName(), attached);
        Thread.ofVirtual().start(actor::read);
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (actor.tryAsk(MAPPER.createObjectNode().put(Lines.DO, Lines.HELLO), HELLO_AGAIN) == null) {
            if (System.nanoTime() > deadline) {
                actor.close();
                throw new DemoException("pod " + actor.name + " does not answer");
            }
        }
        return actor;
    }

    static ObjectNode request(String what) {
        return MAPPER.createObjectNode().put(Lines.DO, what);
    }

    private void read() {
        try (var reader = new BufferedReader(new InputStreamReader(attached.getOutput(), StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                answers.add(MAPPER.readTree(line));
            }
        } catch (IOException e) {
            // Nobody is attached any more; who waits for an answer stops to wait in time.
        }
    }

    /** Asks for something and waits for it. */
    JsonNode ask(ObjectNode request) throws IOException, InterruptedException {
        JsonNode answer = tryAsk(request, PATIENCE);
        if (answer == null) {
            throw new DemoException("pod " + name + " does not answer to " + request.path(Lines.DO).asText());
        }
        if (answer.has(Lines.FAILURE)) {
            throw new DemoException("pod " + name + ": " + answer.path(Lines.FAILURE).asText());
        }
        return answer;
    }

    private @Nullable JsonNode tryAsk(ObjectNode request, Duration patience)
            throws IOException, InterruptedException {
        last++;
        attached.getInput().write((request.put(Lines.ID, last) + "\n").getBytes(StandardCharsets.UTF_8));
        attached.getInput().flush();
        long deadline = System.nanoTime() + patience.toNanos();
        JsonNode answer;
        do {
            answer = answers.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        } while (answer != null && answer.path(Lines.ID).asInt() != last);
        return answer;
    }

    @Override
    public void close() {
        attached.close();
    }
}
