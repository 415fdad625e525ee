package dev.chaperone.guardrail.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.Pipe;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class LineStreamTest {
    private static final Duration SOON = Duration.ofMillis(50);
    private static final Duration LATE = Duration.ofSeconds(20);
    private static final int PIPE_BYTES = 1 << 20;

    private static ByteBuffer line(String text) {
        return ByteBuffer.wrap((text + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** Takes so many bytes and then nothing, by an exception. */
    private static final class Disk implements WritableByteChannel {
        private final StringBuffer written = new StringBuffer();
        private volatile int room;

        @Override
        public int write(ByteBuffer bytes) throws IOException {
            if (room == 0) {
                throw new IOException("Broken pipe");
            }
            byte[] taken = new byte[Math.min(room, bytes.remaining())];
            bytes.get(taken);
            written.append(new String(taken, StandardCharsets.UTF_8));
            room -= taken.length;
            return taken.length;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }

    @Test
    void a_line_is_out_when_the_call_returns() throws Exception {
        // Given
        Disk disk = new Disk();
        disk.room = 100;
        LineStream stream = LineStream.over(disk, LATE);
        ByteBuffer line = line("first");

        // When
        int written = stream.write(line);

        // Then
        assertThat(disk.written).hasToString("first\n");
        assertThat(written).isEqualTo(6);
        assertThat(line.hasRemaining()).isFalse();
        stream.close();
    }

    @Test
    void a_line_of_which_nothing_is_out_is_not_taken() throws Exception {
        // Given
        Disk disk = new Disk();
        LineStream stream = LineStream.over(disk, LATE);
        ByteBuffer line = line("first");

        // When
        assertThatThrownBy(() -> stream.write(line)).hasMessage("Broken pipe");
        disk.room = 100;
        stream.write(line("second"));

        // Then
        assertThat(line.remaining()).isEqualTo(6);
        assertThat(disk.written).hasToString("second\n");
        stream.close();
    }

    @Test
    void a_line_of_which_a_part_is_out_is_finished_before_the_next() throws Exception {
        // Given
        Disk disk = new Disk();
        disk.room = 3;
        LineStream stream = LineStream.over(disk, LATE);
        ByteBuffer line = line("first");

        // When
        assertThatThrownBy(() -> stream.write(line)).hasMessage("Broken pipe");
        ByteBuffer between = line("between");
        assertThatThrownBy(() -> stream.write(between)).hasMessageContaining("line before");
        disk.room = 100;
        stream.write(line("second"));

        // Then
        assertThat(line.hasRemaining()).isFalse();
        assertThat(between.remaining()).isEqualTo(8);
        assertThat(disk.written).hasToString("first\nsecond\n");
        stream.close();
    }

    @Test
    void a_pipe_that_nobody_reads_is_not_waited_for_and_goes_on_when_somebody_does() throws Exception {
        // Given
        Pipe pipe = Pipe.open();
        LineStream stream = LineStream.over(pipe.sink(), SOON);
        String large = "x".repeat(PIPE_BYTES);
        ByteBuffer stuck = line(large);

        // When
        assertThatThrownBy(() -> stream.write(stuck)).hasMessageContaining("does not take");
        ByteBuffer refused = line("refused");
        assertThatThrownBy(() -> stream.write(refused)).hasMessageContaining("line before");
        InputStream reader = Channels.newInputStream(pipe.source());
        String first = new String(reader.readNBytes(PIPE_BYTES + 1), StandardCharsets.UTF_8);
        writtenAtLast(stream, "second");
        String second = new String(reader.readNBytes(7), StandardCharsets.UTF_8);

        // Then
        assertThat(stuck.hasRemaining()).isFalse();
        assertThat(refused.hasRemaining()).isTrue();
        assertThat(first).isEqualTo(large + "\n");
        assertThat(second).isEqualTo("second\n");
        stream.close();
    }

    /** The reader may have all of a line before its writer knows. */
    private static void writtenAtLast(LineStream stream, String text) throws IOException {
        for (ByteBuffer line = line(text); line.hasRemaining();) {
            try {
                stream.write(line);
            } catch (IOException e) {
                assertThat(e).hasMessageContaining("line before");
            }
        }
    }
}
