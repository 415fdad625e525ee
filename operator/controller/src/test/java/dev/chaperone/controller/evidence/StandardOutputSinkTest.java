package dev.chaperone.controller.evidence;

import static dev.chaperone.controller.evidence.TestTrail.BOOT;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chaperone.controller.fleet.AgentId;
import dev.chaperone.controller.fleet.ConfigDirectory.PodFacts;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StandardOutputSinkTest {
    private static final PodFacts POD = new PodFacts(
            "dev", "coder-1", "uid-1", "robot", new AgentId("dev", "coder"), null);
    private static final List<byte[]> LINES = TestTrail.lines(BOOT, 3);

    private final Stream stream = new Stream();
    private final StandardOutputSink sink = new StandardOutputSink(stream, Duration.ofMillis(50));

    /** Takes a few bytes at a time; fails or blocks when it is told to. */
    private static final class Stream implements WritableByteChannel {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();
        private volatile int failAt = -1;
        private volatile CountDownLatch blocked = new CountDownLatch(0);

        @Override
        public int write(ByteBuffer bytes) throws IOException {
            try {
                blocked.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            if (failAt >= 0 && out.size() >= failAt) {
                failAt = -1;
                throw new IOException("full");
            }
            int taken = Math.min(7, bytes.remaining());
            for (int i = 0; i < taken; i++) {
                out.write(bytes.get());
            }
            return taken;
        }

        List<String> lines() {
            return out.toString(UTF_8).lines().toList();
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }

    @Test
    void writes_the_lines_as_they_are() throws Exception {
        // When
        sink.keep(POD, LINES);

        // Then
        assertThat(stream.out.toString(UTF_8)).isEqualTo(String.join("\n", TestTrail.texts(LINES)) + "\n");
    }

    @Test
    void writes_every_line_whole_whoever_writes_at_once() throws Exception {
        // Given
        var patient = new StandardOutputSink(stream, Duration.ofMinutes(1));

        // When
        List<Thread> writers = IntStream.range(0, 16).mapToObj(i -> Thread.startVirtualThread(() -> {
            try {
                patient.keep(POD, LINES);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        })).toList();
        for (Thread writer : writers) {
            writer.join();
        }

        // Then
        assertThat(stream.lines()).hasSize(48).containsOnly(TestTrail.texts(LINES).toArray(String[]::new));
    }

    @Test
    void ends_a_torn_line_before_the_next() throws Exception {
        // Given
        stream.failAt = 20;
        assertThatThrownBy(() -> sink.keep(POD, LINES)).isInstanceOf(IOException.class);

        // When
        sink.keep(POD, LINES);

        // Then
        assertThat(stream.lines()).hasSize(4).endsWith(TestTrail.texts(LINES).toArray(String[]::new));
    }

    @Test
    void keeps_nobody_waiting_for_a_stream_that_takes_nothing() throws Exception {
        // Given
        stream.blocked = new CountDownLatch(1);
        Thread first = Thread.startVirtualThread(() -> {
            try {
                sink.keep(POD, LINES);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        while (first.getState() != Thread.State.WAITING) {
            Thread.sleep(1);
        }

        // When, Then
        assertThatThrownBy(() -> sink.keep(POD, LINES)).hasMessageContaining("it has not taken the lines before");
        stream.blocked.countDown();
        first.join();
        assertThat(stream.lines()).hasSize(3);
    }
}
