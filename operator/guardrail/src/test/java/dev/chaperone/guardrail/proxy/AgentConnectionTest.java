package dev.chaperone.guardrail.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.chaperone.guardrail.config.ActiveConfig;
import dev.chaperone.guardrail.config.Freshness;
import dev.chaperone.guardrail.engine.OversightState;
import dev.chaperone.guardrail.spool.Spool;
import dev.chaperone.guardrail.spool.SpoolSettings;
import dev.chaperone.guardrail.state.Credentials;
import dev.chaperone.guardrail.state.McpSessionIds;
import dev.chaperone.guardrail.state.Session;
import dev.chaperone.guardrail.telemetry.AuditLog;
import dev.chaperone.guardrail.telemetry.Evidence;
import dev.chaperone.guardrail.telemetry.Metrics;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpResponseEncoder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What cannot be brought about over a socket within a test: full buffers and full disks. */
@Timeout(120)
class AgentConnectionTest {
    @TempDir
    Path directory;

    /** An audit trail on a disk that is full from some write on, or that takes a few bytes of one. */
    private static final class Disk implements WritableByteChannel {
        private final StringBuilder written = new StringBuilder();
        private int room = Integer.MAX_VALUE;

        @Override
        public int write(ByteBuffer bytes) throws IOException {
            if (room == 0) {
                throw new IOException("No space left on device");
            }
            int length = Math.min(room, bytes.remaining());
            byte[] taken = new byte[length];
            bytes.get(taken);
            written.append(new String(taken, StandardCharsets.UTF_8));
            room -= room == Integer.MAX_VALUE ? 0 : length;
            return length;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }

    private ProxyContext context(AuditLog log, Metrics metrics, int port) throws IOException {
        var config = new ActiveConfig(directory, metrics::configOffered, Freshness.ALWAYS);
        config.offer(TestConfigs.bundle(port));
        Files.writeString(directory.resolve("shop"), Rig.TOKEN);
        return new ProxyContext(config, () -> OversightState.NONE, Session.open(directory, "pod-1", Clock.systemUTC()),
                McpSessionIds.open(directory), new Credentials(directory), new Sightings(Clock.systemUTC()),
                new Evidence(log, metrics, () -> "dev/coder"),
                metrics, Clock.systemUTC(), Limits.DEFAULT, Set.of("127.0.0.1"));
    }

    @Test
    void an_agent_that_does_not_read_its_answers_is_not_read_from() throws Exception {
        // Given
        var proxy = context(new AuditLog(new Disk(), Clock.systemUTC()), new Metrics(), 1);
        var channel = new EmbeddedChannel();
        channel.pipeline().addLast(new StrictRequestDecoder(new HttpDecoderConfig()), new HttpResponseEncoder(),
                new AgentConnection(channel, proxy, new HeldBytes(1000), new Requests(), null));
        channel.writeInbound(Unpooled.wrappedBuffer(Request.call("files", "delete_file", "{}").bytes()));

        // When
        channel.unsafe().outboundBuffer().setUserDefinedWritability(1, false);
        channel.runPendingTasks();
        boolean whileFull = channel.config().isAutoRead();
        channel.unsafe().outboundBuffer().setUserDefinedWritability(1, true);
        channel.runPendingTasks();

        // Then
        assertThat(outbound(channel)).contains("policy_denied");
        assertThat(whileFull).isFalse();
        assertThat(channel.config().isAutoRead()).isTrue();
        channel.finishAndReleaseAll();
    }

    private static String outbound(EmbeddedChannel channel) {
        StringBuilder text = new StringBuilder();
        for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
            text.append(part.toString(StandardCharsets.UTF_8));
            part.release();
        }
        return text.toString();
    }

    @Test
    void a_call_whose_decision_cannot_be_recorded_is_not_forwarded() throws Exception {
        // Given
        Disk disk = new Disk();
        var loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try (ToolServer server = new ToolServer();
                ProxyServer guardrail = ProxyServer.start(
                        context(new AuditLog(disk, Clock.systemUTC()), new Metrics(), server.port()), loops,
                        new InetSocketAddress("127.0.0.1", 0));
                Agent agent = new Agent(guardrail.address())) {
            // When
            disk.room = 0;
            RawHttp.Message refused = agent.exchange(Request.call("files", "read_file", "{}"));
            RawHttp.Message denied = agent.exchange(Request.call("files", "delete_file", "{}"));
            disk.room = Integer.MAX_VALUE;
            RawHttp.Message again = agent.exchange(Request.call("files", "read_file", "{}"));

            // Then
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.text()).contains("internal_error");
            assertThat(denied.status()).isEqualTo(503);
            assertThat(again.status()).isEqualTo(200);
            assertThat(server.received()).hasSize(1);
        } finally {
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).await(2, TimeUnit.SECONDS);
        }
    }

    @ParameterizedTest
    @CsvSource({"false, 503, 0", "true, 200, 1"})
    void when_the_trail_is_full_the_posture_decides(boolean onlyAudits, int status, int forwarded) throws Exception {
        // Given
        Path spool = directory.resolve("spool");
        Spool full = Spool.open(new SpoolSettings(spool, 8 << 10, 4 << 10, 4 << 10), UUID.randomUUID().toString(),
                Clock.systemUTC());
        var log = AuditLog.open(directory.resolve("trail"), Clock.systemUTC(), full, () -> onlyAudits);
        var loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try (ToolServer server = new ToolServer();
                ProxyServer guardrail = ProxyServer.start(
                        context(log, new Metrics(), server.port()), loops, new InetSocketAddress("127.0.0.1", 0));
                Agent agent = new Agent(guardrail.address())) {
            while (full.lostRecords() == 0) {
                agent.exchange(Request.call("files", "delete_file", "{}"));
            }
            long lost = full.lostRecords();

            // When
            RawHttp.Message answer = agent.exchange(Request.call("files", "read_file", "{}"));

            // Then
            assertThat(answer.status()).isEqualTo(status);
            assertThat(answer.text()).contains(onlyAudits ? "done" : "not_ready");
            assertThat(answer.text().contains("the audit trail is full")).isEqualTo(!onlyAudits);
            assertThat(server.received()).hasSize(forwarded);
            assertThat(full.lostRecords()).isEqualTo(lost + 1);
        } finally {
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).await(2, TimeUnit.SECONDS);
        }
    }

    @Test
    void a_line_that_the_disk_took_in_part_does_not_spoil_the_next() throws Exception {
        // Given
        Disk disk = new Disk();
        var evidence = new Evidence(new AuditLog(disk, Clock.systemUTC()), new Metrics(), () -> "dev/coder");
        var subject = new Evidence.Subject("call", "session", "files", "read_file", "sha256:0");
        int good = 0;

        // When
        for (int room = 1; room < 700; room++) {
            disk.room = room;
            assertThatCode(() -> evidence.ended(subject, Evidence.Outcome.FAILED, 200, 1))
                    .satisfiesAnyOf(thrown -> assertThat(thrown).isNull(),
                            thrown -> assertThat(thrown).isInstanceOf(UncheckedIOException.class));
            disk.room = Integer.MAX_VALUE;
            evidence.ended(subject, Evidence.Outcome.ANSWERED, 200, 1);
            good++;
        }

        // Then
        AuditTrail trail = AuditTrail.read(Files.writeString(directory.resolve("trail"), disk.written));
        assertThat(trail.problems()).isEmpty();
        assertThat(trail.tornWithinBoots()).isNotEmpty();
        assertThat(trail.outcomes().stream().filter("answered"::equals)).hasSize(good);
    }
}
