package dev.chaperone.guardrail.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chaperone.config.AgentIdentity;
import dev.chaperone.config.Bundle;
import dev.chaperone.config.BundleCodec;
import dev.chaperone.config.Digests;
import dev.chaperone.config.GuardrailConfigSpec;
import dev.chaperone.config.ServerConfig;
import dev.chaperone.config.channel.ChannelPaths;
import dev.chaperone.config.channel.CredentialSet;
import dev.chaperone.config.channel.EgressLockReport;
import dev.chaperone.config.channel.SyncRequest;
import dev.chaperone.config.channel.TrailPosition;
import dev.chaperone.guardrail.state.Credentials;
import dev.chaperone.guardrail.state.Leases;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The channel against a real server of HTTPS. */
@Timeout(180)
class OperatorConfigSourceTest {
    private static final String BOOT = "123e4567-e89b-12d3-a456-426614174000";
    private static final TrailPosition TRAIL = new TrailPosition(40, Duration.ofMillis(7), 2, 1, "word");
    private static final Bundle FIRST = bundle("first", "http://tools.example/files");
    private static final Bundle SECOND = bundle("second", "http://tools.example/files");

    @TempDir
    Path directory;

    private TestOperator operator;
    private OperatorConfigSource source;
    private ActiveConfig config;
    private Credentials credentials;
    private Freshness freshness;
    private Leases leases;

    private volatile EgressLockReport lock;

    private final class Taker implements ConfigSource.Offers {
        @Override
        public boolean offer(byte[] bundle) {
            throw new AssertionError("the channel names what it delivers");
        }

        @Override
        public boolean offer(String revision, byte[] bundle) throws IOException {
            return config.offer(revision, bundle);
        }

        @Override
        public GuardrailConfigSpec inForce() {
            return config.loaded();
        }

        @Override
        public void credentialsChanged() {
            credentials.forget();
        }

        @Override
        public void renewed(long asked, Map<String, Duration> lengths) {
            leases.renew(asked, lengths);
        }

        @Override
        public Set<String> held() {
            return leases.get().heldLeases();
        }

        @Override
        public String boot() {
            return BOOT;
        }

        @Override
        public long lastAuditLine() {
            return 41;
        }

        @Override
        public TrailPosition trail() {
            return TRAIL;
        }

        @Override
        public EgressLockReport egressLock() {
            return lock;
        }
    }

    private static Bundle bundle(String generation, String url) {
        var agent = new AgentIdentity("dev", "coder", new TreeMap<>(Map.of("generation", generation)));
        return new Bundle(
                GuardrailConfigSpec.of(agent, List.of(new ServerConfig("files", url, List.of(), true, null)),
                        List.of(), List.of()),
                new TreeMap<>());
    }

    private static void await(String what, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadline);
            Thread.sleep(5);
        }
    }

    @BeforeEach
    void operator() throws IOException {
        operator = new TestOperator();
        gives(FIRST);
        Files.writeString(tokenFile(), "token-1\n");
    }

    @AfterEach
    void stop() {
        source.close();
        operator.close();
    }

    private Path tokenFile() {
        return directory.resolve("token");
    }

    private Path kept(String server) {
        return directory.resolve("credentials").resolve(server);
    }

    private void start() {
        start(operator.url(), TestOperator.authority(), Duration.ofSeconds(15));
    }

    private void start(URI url, String authority, Duration answerTimeout) {
        freshness = Freshness.ofAttempts();
        config = new ActiveConfig(directory, _ -> {}, freshness);
        leases = Leases.open(directory);
        credentials = new Credentials(directory.resolve("credentials"));
        source = new OperatorConfigSource(
                url, authority, tokenFile(), directory.resolve("credentials"), answerTimeout, freshness);
        source.start(new Taker());
    }

    private void gives(Bundle bundle) {
        operator.gives(bundle.revision(), BundleCodec.write(bundle));
    }

    private boolean runs(Bundle bundle) {
        GuardrailConfigSpec loaded = config.loaded();
        return loaded != null && loaded.revision().equals(bundle.revision());
    }

    private SyncRequest lastSync() {
        return operator.syncs().isEmpty() ? null : operator.syncs().getLast();
    }

    private void awaitReport(Bundle bundle, CredentialSet set) throws InterruptedException {
        await("the report", () -> lastSync() != null && bundle.revision().equals(lastSync().revision())
                && set.digest().equals(lastSync().credentials()));
    }

    private static CredentialSet set(Map<String, String> tokens) {
        return new CredentialSet(new TreeMap<>(tokens));
    }

    @Test
    void takes_the_config_and_its_credentials_and_says_so() throws Exception {
        // Given
        operator.gives(Map.of("files", "secret", "mail.smtp", "other"));

        // When
        start();

        // Then
        awaitReport(FIRST, set(Map.of("files", "secret", "mail.smtp", "other")));
        assertThat(operator.syncs().getFirst())
                .isEqualTo(new SyncRequest(BOOT, List.of(1), null, null, CredentialSet.NONE.digest(), 41, TRAIL,
                        Set.of(), List.of(), null, Duration.ZERO));
        assertThat(lastSync()).isEqualTo(new SyncRequest(BOOT, List.of(1), FIRST.revision(), null,
                set(Map.of("files", "secret", "mail.smtp", "other")).digest(), 41, TRAIL, Set.of(), List.of(), null,
                Duration.ofSeconds(10)));
        assertThat(kept("files")).hasContent("secret");
        assertThat(Files.getPosixFilePermissions(kept("files")))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        assertThat(Files.getPosixFilePermissions(directory.resolve("credentials")))
                .isEqualTo(PosixFilePermissions.fromString("rwx------"));
        assertThat(credentials.tokenFor("mail.smtp")).isEqualTo("other");
        await("it decides", freshness::holds);
    }

    @Test
    void a_change_is_told_while_an_answer_is_held_back() throws Exception {
        // Given
        start();
        awaitReport(FIRST, CredentialSet.NONE);
        int before = operator.syncs().size();

        // When
        gives(SECOND);

        // Then
        await("the second config", () -> runs(SECOND));
        awaitReport(SECOND, CredentialSet.NONE);
        assertThat(operator.syncs()).hasSize(before + 1).last().matches(request -> request.patience().isPositive());
    }

    static Stream<Arguments> faults() {
        byte[] garbage = "<html>".getBytes(StandardCharsets.UTF_8);
        return Stream.of(
                fault("401", exchange -> TestOperator.send(exchange, 401, garbage)),
                fault("403", exchange -> TestOperator.send(exchange, 403, new byte[0])),
                fault("503", exchange -> TestOperator.send(exchange, 503, new byte[0])),
                fault("garbage", exchange -> TestOperator.send(exchange, 200, garbage)),
                fault("a wrong kind", exchange -> TestOperator.send(exchange, 200,
                        "{\"agent\":\"dev/coder\",\"revision\":1}".getBytes(StandardCharsets.UTF_8))),
                fault("oversized", exchange -> TestOperator.send(
                        exchange, 200, new byte[ChannelPaths.MAX_MESSAGE_BYTES + 1])),
                fault("endless", exchange -> {
                    exchange.sendResponseHeaders(200, 0);
                    while (true) {
                        exchange.getResponseBody().write(new byte[8192]);
                    }
                }),
                fault("cut short", exchange -> {
                    exchange.sendResponseHeaders(200, 100);
                    exchange.getResponseBody().write('{');
                }),
                fault("a redirect", exchange -> {
                    exchange.getResponseHeaders().set("Location", "/elsewhere");
                    TestOperator.send(exchange, 307, new byte[0]);
                }));
    }

    private interface Misbehaviour {
        void of(com.sun.net.httpserver.HttpExchange exchange) throws IOException;
    }

    private static Arguments fault(String name, Misbehaviour misbehaviour) {
        TestOperator.Fault fault = exchange -> {
            misbehaviour.of(exchange);
            return true;
        };
        return Arguments.argumentSet(name, fault);
    }

    @ParameterizedTest
    @MethodSource("faults")
    void whatever_goes_wrong_leaves_the_last_good_config_until_it_goes_well(TestOperator.Fault fault)
            throws Exception {
        // Given
        operator.gives(Map.of("files", "secret"));
        start();
        awaitReport(FIRST, set(Map.of("files", "secret")));
        operator.fails(fault);
        long before = operator.requests(ChannelPaths.SYNC);
        await("attempts", () -> operator.requests(ChannelPaths.SYNC) >= before + 2);
        gives(SECOND);
        // Also when the machine stood still for a moment, which is asked about anew.
        await("it decides", freshness::holds);
        boolean kept = runs(FIRST) && "secret".equals(credentials.tokenFor("files"));

        // When
        operator.fails(TestOperator.Fault.NONE);

        // Then
        await("the second config", () -> runs(SECOND));
        assertThat(kept).isTrue();
        assertThat(operator.requests("/elsewhere")).isZero();
    }

    @Test
    void an_operator_that_hangs_is_not_waited_for_for_good() throws Exception {
        // Given
        operator.fails(exchange -> {
            try {
                Thread.sleep(60_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return true;
        });
        start(operator.url(), TestOperator.authority(), Duration.ofMillis(600));
        await("attempts", () -> operator.requests(ChannelPaths.SYNC) >= 2);

        // When
        operator.fails(TestOperator.Fault.NONE);

        // Then
        await("the config", () -> runs(FIRST));
    }

    @Test
    void an_answer_that_trickles_is_whole_in_the_end() throws Exception {
        // Given
        byte[] bytes = BundleCodec.write(FIRST);
        operator.fails(exchange -> {
            if (!exchange.getRequestURI().getPath().startsWith(ChannelPaths.BUNDLES)) {
                return false;
            }
            exchange.sendResponseHeaders(200, bytes.length);
            for (int at = 0; at < bytes.length; at += 100) {
                exchange.getResponseBody().write(bytes, at, Math.min(100, bytes.length - at));
                exchange.getResponseBody().flush();
                pause();
            }
            return true;
        });

        // When
        start();

        // Then
        await("the config", () -> runs(FIRST));
    }

    // Longer than one look at whether the answer is still wanted.
    private static void pause() {
        try {
            Thread.sleep(300);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void an_authority_other_than_the_operators_is_not_believed() throws Exception {
        // When
        start(operator.url(), TestCertificates.pem("stranger"), Duration.ofSeconds(15));

        // Then
        await("an attempt", freshness::holds);
        assertThat(operator.requests("/")).isZero();
        assertThat(config.loaded()).isNull();
    }

    @Test
    void a_certificate_of_another_name_is_not_believed() throws Exception {
        // Given
        operator.close();
        operator = new TestOperator(0, "elsewhere");

        // When
        start();

        // Then
        await("an attempt", freshness::holds);
        assertThat(operator.requests("/")).isZero();
        assertThat(config.loaded()).isNull();
    }

    @Test
    void a_token_that_was_replaced_is_read_again() throws Exception {
        // Given
        start();
        awaitReport(FIRST, CredentialSet.NONE);
        operator.knows("token-2");
        gives(SECOND);
        long before = operator.requests("/");
        await("attempts", () -> operator.requests("/") >= before + 2);

        // When
        Files.writeString(tokenFile(), "token-2");

        // Then
        await("the second config", () -> runs(SECOND));
    }

    @Test
    void an_operator_that_restarts_finds_it_back() throws Exception {
        // Given
        start();
        awaitReport(FIRST, CredentialSet.NONE);
        int port = operator.port();

        // When
        operator.close();
        operator = new TestOperator(port, "localhost");
        gives(SECOND);

        // Then
        await("the second config", () -> runs(SECOND));
    }

    @Test
    void credentials_come_change_and_go_without_another_config() throws Exception {
        // Given
        operator.gives(Map.of("files", "old", "mail", "kept"));
        start();
        awaitReport(FIRST, set(Map.of("files", "old", "mail", "kept")));
        assertThat(credentials.tokenFor("files")).isEqualTo("old");

        // When
        operator.gives(Map.of("files", "new"));

        // Then
        awaitReport(FIRST, set(Map.of("files", "new")));
        assertThat(credentials.tokenFor("files")).isEqualTo("new");
        assertThat(credentials.tokenFor("mail")).isNull();
        assertThat(kept("mail")).doesNotExist();
        assertThat(operator.requests(ChannelPaths.BUNDLES)).isEqualTo(1);
    }

    @Test
    void credentials_that_lie_there_are_known_again_after_a_restart() throws Exception {
        // Given
        operator.gives(Map.of("files", "secret"));
        start();
        awaitReport(FIRST, set(Map.of("files", "secret")));
        source.close();
        Files.writeString(kept(".next"), "half");
        Files.writeString(kept("Not a server"), "secret");
        int before = operator.syncs().size();

        // When
        start();

        // Then
        await("a sync", () -> operator.syncs().size() > before);
        assertThat(operator.syncs().get(before).credentials()).isEqualTo(set(Map.of("files", "secret")).digest());
        assertThat(operator.requests(ChannelPaths.CREDENTIALS)).isEqualTo(1);
        assertThat(directory.resolve("credentials")).isDirectoryNotContaining(
                file -> !file.getFileName().toString().equals("files"));
    }

    @Test
    void a_bundle_that_is_refused_is_reported_and_not_asked_for_again() throws Exception {
        // Given
        start();
        awaitReport(FIRST, CredentialSet.NONE);
        String bad = Digests.of(new byte[0]);

        // When
        operator.gives(bad, "{}".getBytes(StandardCharsets.UTF_8));
        await("the report", () -> bad.equals(lastSync().refused()));
        operator.gives(Map.of("mail", "secret"));
        awaitReport(FIRST, set(Map.of("mail", "secret")));

        // Then
        assertThat(operator.requests(ChannelPaths.BUNDLES + bad)).isEqualTo(1);
        gives(SECOND);
        await("the second config", () -> runs(SECOND));
        await("the report", () -> lastSync().refused() == null);
    }

    @Test
    void a_bundle_of_another_revision_than_announced_is_refused() throws Exception {
        // Given
        String announced = Digests.of(new byte[0]);
        start();
        awaitReport(FIRST, CredentialSet.NONE);

        // When
        operator.gives(announced, BundleCodec.write(SECOND));

        // Then
        await("the report", () -> announced.equals(lastSync().refused()));
        assertThat(runs(FIRST)).isTrue();
    }

    @Test
    void a_bundle_beyond_all_bounds_is_refused_before_it_has_come() throws Exception {
        // Given
        String large = Digests.of(new byte[0]);
        operator.fails(exchange -> {
            boolean asked = exchange.getRequestURI().getPath().equals(ChannelPaths.BUNDLES + large);
            if (asked) {
                exchange.sendResponseHeaders(200, ChannelPaths.MAX_BUNDLE_BYTES + 1L);
            }
            return asked;
        });
        start();
        awaitReport(FIRST, CredentialSet.NONE);

        // When
        operator.gives(large, new byte[0]);

        // Then
        await("the report", () -> large.equals(lastSync().refused()));
        assertThat(operator.requests(ChannelPaths.BUNDLES + large)).isEqualTo(1);
        assertThat(runs(FIRST)).isTrue();
    }

    @Test
    void a_config_does_not_wait_for_credentials_that_cannot_be_had() throws Exception {
        // Given
        start();
        awaitReport(FIRST, CredentialSet.NONE);
        operator.fails(exchange -> {
            boolean asked = exchange.getRequestURI().getPath().equals(ChannelPaths.CREDENTIALS);
            if (asked) {
                TestOperator.send(exchange, 503, new byte[0]);
            }
            return asked;
        });

        // When
        operator.gives(Map.of("files", "secret"), SECOND.revision(), BundleCodec.write(SECOND));

        // Then
        await("the second config", () -> runs(SECOND));
        operator.fails(TestOperator.Fault.NONE);
        awaitReport(SECOND, set(Map.of("files", "secret")));
    }

    @Test
    void a_credential_for_a_new_address_is_not_there_while_the_old_one_is_in_force() throws Exception {
        // Given
        operator.gives(Map.of("files", "for-the-old"));
        start();
        awaitReport(FIRST, set(Map.of("files", "for-the-old")));
        Bundle moved = bundle("moved", "http://elsewhere.example/files");

        // When
        operator.gives(Map.of("files", "for-the-new", "mail", "for-all"), moved.revision(),
                "{}".getBytes(StandardCharsets.UTF_8));
        await("the report", () -> moved.revision().equals(lastSync().refused()));

        // Then
        assertThat(credentials.tokenFor("files")).isNull();
        assertThat(credentials.tokenFor("mail")).isEqualTo("for-all");
        Bundle better = bundle("better", "http://elsewhere.example/files");
        gives(better);
        await("the next config", () -> runs(better));
        await("its credential", () -> "for-the-new".equals(credentials.tokenFor("files")));
    }

    @Test
    void credentials_whose_names_would_leave_the_directory_are_not_taken() throws Exception {
        // Given
        Map<String, String> bad = Map.of("../files", "secret");

        // When
        operator.gives(bad);
        start();

        // Then
        await("the config", () -> runs(FIRST));
        await("attempts", () -> operator.requests(ChannelPaths.CREDENTIALS) >= 2);
        assertThat(directory.resolve("files")).doesNotExist();
        assertThat(lastSync().credentials()).isEqualTo(CredentialSet.NONE.digest());
    }

    @Test
    void an_operator_that_answers_nothing_new_at_once_is_not_asked_without_rest() throws Exception {
        // Given
        operator.fails(exchange -> {
            boolean asked = exchange.getRequestURI().getPath().equals(ChannelPaths.SYNC);
            if (asked) {
                exchange.getRequestBody().readAllBytes();
                TestOperator.send(exchange, 200, new dev.chaperone.config.channel.SyncAnswer(
                        "dev/coder", FIRST.revision(), CredentialSet.NONE.digest(), new java.util.TreeMap<>()).write());
            }
            return asked;
        });
        start();
        await("many rounds", () -> operator.requests(ChannelPaths.SYNC) >= 10);

        // When: on a busy machine a round takes so long now and then that no rest is due.
        Duration four = Duration.ZERO;
        for (int tries = 0; tries < 100 && four.compareTo(Duration.ofSeconds(1)) <= 0; tries++) {
            four = timeOfFourRounds();
        }

        // Then
        assertThat(four).isGreaterThan(Duration.ofSeconds(1));
    }

    private Duration timeOfFourRounds() throws InterruptedException {
        long start = System.nanoTime();
        long before = operator.requests(ChannelPaths.SYNC);
        await("more rounds", () -> operator.requests(ChannelPaths.SYNC) >= before + 4);
        return Duration.ofNanos(System.nanoTime() - start);
    }

    @Test
    void a_lock_that_is_set_while_the_operator_keeps_its_answer_back_is_told_at_once() throws Exception {
        // Given
        operator.holdsBack(Duration.ofMinutes(5));
        start(operator.url(), TestOperator.authority(), Duration.ofMinutes(5));
        await("a wait", () -> lastSync() != null && lastSync().patience().isPositive());
        EgressLockReport found = new EgressLockReport(true, Instant.EPOCH, "operator: reached before, refused after");

        // When
        lock = found;

        // Then
        await("the word of it", () -> found.equals(lastSync().egressLock()));
    }

    @Test
    void leases_run_while_the_operator_renews_them_and_end_when_it_is_silent() throws Exception {
        // Given
        operator.grants(Map.of("review", Duration.ofSeconds(2), "egress", Duration.ofMinutes(5)));
        start();
        await("both", () -> leases.get().heldLeases().equals(Set.of("review", "egress")));
        await("the word of it", () -> lastSync().held().equals(Set.of("review", "egress")));

        // When
        operator.fails(exchange -> {
            TestOperator.send(exchange, 503, new byte[0]);
            return true;
        });

        // Then
        await("the end of one", () -> leases.get().heldLeases().equals(Set.of("egress")));
        operator.fails(TestOperator.Fault.NONE);
        await("both again", () -> leases.get().heldLeases().equals(Set.of("review", "egress")));
    }

    @Test
    void a_short_lease_is_asked_for_before_it_ends() throws Exception {
        // Given
        operator.grants(Map.of("review", Duration.ofSeconds(3)));

        // When
        start();

        // Then
        await("a wait", () -> lastSync() != null && lastSync().patience().isPositive());
        assertThat(lastSync().patience()).isLessThanOrEqualTo(Duration.ofMillis(1500));
    }

    @Test
    void a_lease_that_is_taken_back_ends_at_once() throws Exception {
        // Given
        operator.grants(Map.of("review", Duration.ofMinutes(5)));
        start();
        await("the lease", () -> leases.get().heldLeases().contains("review"));

        // When
        operator.grants(Map.of());

        // Then
        await("the end", () -> leases.get().heldLeases().isEmpty());
    }

    @Test
    void when_it_is_closed_it_asks_no_more() throws Exception {
        // Given
        start();
        awaitReport(FIRST, CredentialSet.NONE);

        // When
        source.close();

        // Then
        await("the end", () -> Thread.getAllStackTraces().keySet().stream().noneMatch(
                thread -> thread.getName().equals("operator-channel") && thread.isAlive()));
    }
}
