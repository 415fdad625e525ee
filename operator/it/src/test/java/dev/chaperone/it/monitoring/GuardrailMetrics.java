package dev.chaperone.it.monitoring;

import dev.chaperone.config.DenialCode;
import dev.chaperone.config.Verdict;
import dev.chaperone.guardrail.config.ActiveConfig;
import dev.chaperone.guardrail.engine.Decision;
import dev.chaperone.guardrail.spool.Spool;
import dev.chaperone.guardrail.spool.SpoolSettings;
import dev.chaperone.guardrail.telemetry.AdminServer;
import dev.chaperone.guardrail.telemetry.AuditLog;
import dev.chaperone.guardrail.telemetry.Evidence;
import dev.chaperone.guardrail.telemetry.Evidence.Outcome;
import dev.chaperone.guardrail.telemetry.Metrics;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;

/** What a guardrail shows after some of everything that it counts, asked for as Prometheus asks. */
final class GuardrailMetrics {
    private GuardrailMetrics() {}

    static String exposition(Path directory) throws IOException, InterruptedException {
        Metrics metrics = new Metrics();
        metrics.observeHeldBytes(() -> 1);
        metrics.observeLapsed(() -> 1);
        metrics.observeChangedDefinitions(() -> 1);
        try (AuditLog log = AuditLog.open(directory.resolve("audit.jsonl"), Clock.systemUTC());
                Spool spool = Spool.open(
                        SpoolSettings.of(directory.resolve("spool"), SpoolSettings.LEAST_BYTES), log.boot(),
                        Clock.systemUTC())) {
            metrics.observeSpool(spool);
            count(metrics, new Evidence(log, metrics, () -> "dev/coder"));
            return scrape(metrics);
        }
    }

    private static void count(Metrics metrics, Evidence evidence) {
        Evidence.Subject subject = new Evidence.Subject("call", "session", "server", "tool", null);
        evidence.decided(subject, decision(Verdict.ALLOW, null), 1000);
        for (Verdict verdict : List.of(Verdict.REVIEW, Verdict.DENY, Verdict.END_SESSION)) {
            for (DenialCode code : DenialCode.values()) {
                evidence.decided(subject, decision(verdict, code), 1000);
            }
        }
        for (Outcome outcome : Outcome.values()) {
            evidence.ended(subject, outcome, 200, 1000);
        }
        Arrays.stream(ActiveConfig.Loading.values()).forEach(metrics::configOffered);
        metrics.looked(true);
        metrics.looked(false);
        metrics.connected(1);
    }

    private static Decision decision(Verdict verdict, DenialCode code) {
        return new Decision(verdict, code, List.of(), List.of(), verdict, 1, "revision");
    }

    private static String scrape(Metrics metrics) throws IOException, InterruptedException {
        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try (AdminServer server = AdminServer.start(
                metrics, () -> true, loops, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                HttpClient client = HttpClient.newHttpClient()) {
            URI uri = URI.create("http://127.0.0.1:" + server.address().getPort() + "/metrics");
            return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()).body();
        } finally {
            loops.shutdownGracefully();
        }
    }
}
