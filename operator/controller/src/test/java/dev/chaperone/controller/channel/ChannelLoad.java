package dev.chaperone.controller.channel;

import dev.chaperone.controller.fleet.LeaseGrants;
import dev.chaperone.api.GuardrailPod;
import dev.chaperone.config.channel.SyncAnswer;
import dev.chaperone.controller.fleet.AgentId;
import dev.chaperone.controller.fleet.ConfigDirectory.PodFacts;
import dev.chaperone.controller.channel.TestKeys.Certified;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * Measures one replica in a process of its own, with many guardrails that wait: memory, processor time of heartbeats,
 * and how long after a change the last of them is answered. Arguments: how many guardrails, how many changes.
 */
final class ChannelLoad {
    private static final int PODS_PER_AGENT = 10;
    private static final Duration IDLE = Duration.ofSeconds(Integer.getInteger("idle", 40));

    private final int guardrails;
    private final AtomicLongArray answered;
    private final Map<String, LongAdder> failed = new ConcurrentHashMap<>();
    private final LongAdder heartbeats = new LongAdder();
    private volatile String wanted = "0";

    private ChannelLoad(int guardrails) {
        this.guardrails = guardrails;
        this.answered = new AtomicLongArray(guardrails);
    }

    public static void main(String[] arguments) throws Exception {
        if (arguments.length == 2 && arguments[0].equals("serve")) {
            serve(Integer.parseInt(arguments[1]));
        } else {
            new ChannelLoad(Integer.parseInt(arguments[0])).measure(Integer.parseInt(arguments[1]));
        }
    }

    private static AgentId agent(int pod) {
        return new AgentId("dev", "agent-" + pod / PODS_PER_AGENT);
    }

    private void measure(int changes) throws Exception {
        Process server = new ProcessBuilder(System.getProperty("java.home") + "/bin/java", "-Xmx256m",
                "-XX:+UseSerialGC",
                "-cp", System.getProperty("java.class.path"), ChannelLoad.class.getName(), "serve", "" + guardrails)
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try (var in = new BufferedReader(new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8));
                var out = new PrintStream(server.getOutputStream(), true, StandardCharsets.UTF_8)) {
            String[] first = in.readLine().split(" ");
            X509Certificate certificate = (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(Base64.getDecoder().decode(first[1])));
            System.out.println("empty:   " + ask(in, out, "memory"));
            HttpClient https = ChannelClient.https(certificate);
            long start = System.nanoTime();
            for (int i = 0; i < guardrails; i++) {
                guardrail(i, Integer.parseInt(first[0]), https);
            }
            System.out.println(ask(in, out, "wait") + " waiting after " + millis(System.nanoTime() - start) + " ms");
            System.out.println("waiting: " + ask(in, out, "memory"));
            Duration before = cpu(server);
            long beats = heartbeats.sum();
            Thread.sleep(IDLE);
            System.out.printf("%d heartbeats in %d s took %d ms of processor time%n", heartbeats.sum() - beats,
                    IDLE.toSeconds(), cpu(server).minus(before).toMillis());
            for (int i = 1; i <= changes; i++) {
                wanted = "" + i;
                ask(in, out, "wait");
                long changed = Long.parseLong(ask(in, out, "change " + i));
                System.out.println("change " + i + ": " + times(changed));
            }
            System.out.println("in the end: " + ask(in, out, "memory"));
            System.out.println("failed requests: " + failed);
            out.println("end");
        } finally {
            server.destroy();
        }
        System.exit(0);
    }

    private static Duration cpu(Process process) {
        return process.info().totalCpuDuration().orElseThrow();
    }

    private static long millis(long nanos) {
        return nanos / 1_000_000;
    }

    private static String ask(BufferedReader in, PrintStream out, String question) throws IOException {
        out.println(question);
        return in.readLine();
    }

    private String times(long changed) throws InterruptedException {
        long[] times = new long[guardrails];
        for (int i = 0; i < guardrails; i++) {
            while (answered.get(i) < changed) {
                Thread.sleep(1);
            }
            times[i] = answered.get(i) - changed;
        }
        Arrays.sort(times);
        return "p50 " + millis(times[guardrails / 2]) + " ms, p99 " + millis(times[guardrails * 99 / 100])
                + " ms, last " + millis(times[guardrails - 1]) + " ms";
    }

    private void guardrail(int number, int port, HttpClient https) throws Exception {
        String token = new TestTokens().forge(TestTokens.claims(
                GuardrailPod.TOKEN_AUDIENCE, Instant.now().plusSeconds(7200), "uid-" + number));
        Thread.ofVirtual().start(() -> follow(number, new ChannelClient(port, https, token)));
        if (number % 50 == 49) {
            // So many at once that the machine, and not the server, would be measured.
            Thread.sleep(400);
        }
    }

    private void follow(int number, ChannelClient client) {
        String revision = TestDirectory.revision("0");
        while (true) {
            try {
                var answer = client
                        .sync(ChannelClient.holding(revision, null, ChannelClient.NO_CREDENTIALS, ChannelClient.WAIT));
                if (answer.statusCode() != 200) {
                    throw new IOException("HTTP " + answer.statusCode());
                }
                String told = SyncAnswer.read(answer.body()).revision();
                if (told.equals(revision)) {
                    heartbeats.increment();
                } else if (told.equals(TestDirectory.revision(wanted))) {
                    answered.set(number, System.nanoTime());
                }
                revision = told;
            } catch (InterruptedException e) {
                return;
            } catch (Exception e) {
                failed.computeIfAbsent(String.valueOf(e.getMessage()), ignored -> new LongAdder()).increment();
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
            }
        }
    }

    private static void serve(int guardrails) throws Exception {
        var directory = new TestDirectory();
        Set<AgentId> agents = new HashSet<>();
        for (int i = 0; i < guardrails; i++) {
            directory.put(new PodFacts("dev", "pod-" + i, "uid-" + i, "robot", agent(i), null));
            agents.add(agent(i));
        }
        agents.forEach(agent -> directory.assignSilently(agent, "0", Map.of()));
        TokenReviews reviews = (token, audience) -> directory
                .pod(TokenClaims.read(token).orElseThrow().podUid()).map(TestTokens::user);
        Certified certified = Certified.ofService();
        var reports = new GuardrailReports(directory, GuardrailReports.HEARTBEAT_AGE);
        var server = new ChannelServer(ChannelSettings.DEFAULT.withPort(0).withConnectionsPerAddress(2 * guardrails),
                new TestKeys(certified), directory, reviews, reports, LeaseGrants.NONE, () -> PeerKey.of(new byte[32]),
                TestEvidence.none(), new ChannelMetrics(new PrometheusRegistry()));
        server.start();
        System.out.println(server.port() + " "
                + Base64.getEncoder().encodeToString(certified.certificate().getEncoded()));
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null && !line.equals("end"); line = in.readLine()) {
            String[] words = line.split(" ");
            System.out.println(switch (words[0]) {
                case "memory" -> memory();
                case "wait" -> waiting(server, reports, guardrails);
                default -> change(directory, agents, words[1]);
            });
        }
        System.exit(0);
    }

    private static String change(TestDirectory directory, Set<AgentId> agents, String content) {
        agents.forEach(agent -> directory.assignSilently(agent, content, Map.of()));
        long now = System.nanoTime();
        directory.tell(agents);
        return "" + now;
    }

    /** Waits until all were heard; of some the heartbeat is under way at any time. */
    private static int waiting(ChannelServer server, GuardrailReports reports, int guardrails)
            throws InterruptedException {
        while (reports.table().freshHere() < guardrails || server.waiting() < guardrails - guardrails / 100) {
            Thread.sleep(1);
        }
        return server.waiting();
    }

    private static String memory() throws IOException {
        System.gc();
        long heap = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
        long direct = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct")).mapToLong(BufferPoolMXBean::getMemoryUsed).sum();
        Optional<String> resident = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS")).map(line -> line.replaceAll("\\s+", " ")).findFirst();
        return "heap " + (heap >> 20) + " MiB, direct buffers " + (direct >> 20) + " MiB, " + resident.orElse("");
    }
}
