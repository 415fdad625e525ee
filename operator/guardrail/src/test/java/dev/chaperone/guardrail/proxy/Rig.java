package dev.chaperone.guardrail.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chaperone.guardrail.Guardrail;
import dev.chaperone.guardrail.GuardrailSettings;
import dev.chaperone.guardrail.config.ConfigSource;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A guardrail between an agent and a tool server: anew for each test, or one for all tests of a class where it stands in
 * a static field. After each test the audit trail is verified, and so is that nothing was executed that it does not
 * allow.
 */
final class Rig implements BeforeAllCallback, AfterAllCallback, BeforeEachCallback, AfterEachCallback {
    static final String TOKEN = "s3cr3t/Token+with=signs.0123456789";

    private final Limits limits;
    private final boolean configured;
    private boolean shared;
    private int outcomesBefore;
    private Path directory;
    private ToolServer server;
    private Witness witness;
    private Guardrail guardrail;
    private volatile ConfigSource.Offers offers;

    Rig() {
        this(Limits.DEFAULT, true);
    }

    Rig(Limits limits) {
        this(limits, true);
    }

    /** @param configured whether it starts with a config */
    Rig(Limits limits, boolean configured) {
        this.limits = limits;
        this.configured = configured;
    }

    /** Limits that are reached within a test. */
    static Limits smallLimits() {
        return new Limits(8 << 10, 16 << 10, 64 << 10, 8, Duration.ofMillis(400), Duration.ofMillis(600),
                Duration.ofSeconds(2), Duration.ofSeconds(1), Duration.ofMillis(800), Duration.ofSeconds(2));
    }

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        shared = true;
        open();
    }

    @Override
    public void beforeEach(ExtensionContext context) throws Exception {
        if (shared) {
            server.reset();
            witness.reset();
            outcomesBefore = trail().outcomes().size();
        } else {
            open();
        }
    }

    private void open() throws IOException {
        directory = Files.createTempDirectory("guardrail");
        Files.createDirectory(directory.resolve("credentials"));
        Files.writeString(directory.resolve("credentials/shop"), TOKEN);
        server = new ToolServer();
        witness = new Witness(directory.resolve("audit.jsonl"));
        server.witnessedBy(witness);
        start();
    }

    /** Ends the guardrail and starts another on the same state. */
    void restart() throws IOException {
        guardrail.close();
        start();
    }

    private void start() throws IOException {
        var loopback = new InetSocketAddress("127.0.0.1", 0);
        var settings = new GuardrailSettings("dev/coder", loopback, loopback, Set.of(), directory,
                directory.resolve("audit.jsonl"), null, directory.resolve("credentials"), "pod-1", limits);
        guardrail = Guardrail.start(settings, new ConfigSource() {
            @Override
            public void start(Offers taker) {
                offers = taker;
                if (configured) {
                    taker.offer(TestConfigs.bundle(server.port()));
                }
            }

            @Override
            public void close() {}
        }, Clock.systemUTC());
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        assertThat(witness.violations()).as("executions").isEmpty();
        if (shared) {
            // The agent may hear of the end before the trail does, and the next test counts from here.
            await("an outcome of every allowed call", () -> read().withoutOutcome().isEmpty());
        } else {
            close();
        }
    }

    @Override
    public void afterAll(ExtensionContext context) throws Exception {
        if (shared) {
            close();
        }
    }

    private void close() throws IOException {
        guardrail.close();
        server.close();
        AuditTrail trail = trail();
        try (var files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        }
        assertThat(trail.problems()).as("the audit trail").isEmpty();
    }

    ToolServer server() {
        return server;
    }

    Guardrail guardrail() {
        return guardrail;
    }

    boolean offer(byte[] bundle) {
        return offers.offer(bundle);
    }

    Agent agent() throws IOException {
        return new Agent(guardrail.address());
    }

    /** Sends one request on a connection of its own; null when the guardrail closes instead of answering. */
    RawHttp.Message exchange(Request request) throws IOException {
        try (Agent agent = agent()) {
            return agent.exchange(request);
        }
    }

    RawHttp.Message exchange(byte[] bytes) throws IOException {
        try (Agent agent = agent()) {
            return agent.sendWhatIsTaken(bytes).receive();
        }
    }

    /** The tools that were executed, in order. */
    List<String> executed() {
        return witness.executed().stream().map(Witness.Call::tool).toList();
    }

    /** What was executed that may not have been. */
    List<String> witnessed() {
        return witness.violations();
    }

    /** Begins to count executions anew. */
    void forgetExecutions() {
        witness.reset();
    }

    AuditTrail trail() throws IOException {
        return AuditTrail.read(directory.resolve("audit.jsonl"));
    }

    /** What came of the calls of this test; waits until there are so many, for the agent may hear of the end first. */
    List<String> outcomes(int count) throws Exception {
        await(count + " outcomes", () -> read().outcomes().size() >= outcomesBefore + count);
        List<String> all = trail().outcomes();
        return all.subList(outcomesBefore, all.size());
    }

    private AuditTrail read() {
        try {
            return trail();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    Path directory() {
        return directory;
    }

    /** The value of a metric without labels. */
    double metric(String name) throws IOException {
        try (Agent scraper = new Agent(guardrail.adminAddress())) {
            String text = scraper.send("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n").receive().text();
            return text.lines()
                    .filter(line -> line.startsWith(name + " "))
                    .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError(name + " is not among the metrics"));
        }
    }

    /** As {@link #metric}, for waiting: not a number when it cannot be read now. */
    double metricOr(String name) {
        try {
            return metric(name);
        } catch (IOException e) {
            return Double.NaN;
        }
    }

    /** Waits for something that another thread brings about. */
    static void await(String what, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadline);
            Thread.sleep(10);
        }
    }

    void assertNothingReachedTheServer() {
        assertThat(server.received()).as("what the tool server received").isEmpty();
    }
}
