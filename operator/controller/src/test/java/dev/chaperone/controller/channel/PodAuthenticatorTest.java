package dev.chaperone.controller.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.chaperone.api.GuardrailPod;
import dev.chaperone.controller.fleet.AgentId;
import dev.chaperone.controller.fleet.ConfigDirectory.PodFacts;
import dev.chaperone.controller.channel.TokenReviews.TokenUser;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PodAuthenticatorTest {
    private static final String ADDRESS = "10.0.0.1";
    private static final Instant LATER = TestClock.START.plusSeconds(3600);
    private static final PodFacts POD = new PodFacts(
            "dev", "coder-1", "uid-1", "robot", new AgentId("dev", "coder"), null);
    private static final PodFacts OTHER = new PodFacts(
            "dev", "payer-1", "uid-2", "robot", new AgentId("dev", "payer"), null);

    private final TestClock clock = new TestClock();
    private final TestDirectory directory = new TestDirectory();
    private final TestTokens tokens = new TestTokens();
    private final PodAuthenticator authenticator = authenticator(ChannelSettings.DEFAULT, tokens);

    PodAuthenticatorTest() {
        directory.put(POD);
    }

    private PodAuthenticator authenticator(ChannelSettings settings, TokenReviews reviews) {
        return new PodAuthenticator(
                settings, directory, reviews, new ChannelMetrics(new PrometheusRegistry()), clock.clocks());
    }

    private int refusal(String token) {
        return refusal("Bearer " + token, ADDRESS);
    }

    private int refusal(String header, String address) {
        return catchThrowableOfType(RefusedException.class, () -> authenticator.authenticate(header, address)).status();
    }

    private String claims() {
        return TestTokens.claims(GuardrailPod.TOKEN_AUDIENCE, LATER, POD.uid());
    }

    @Test
    void knowsThePodByItsToken() throws Exception {
        // Given
        String token = tokens.issue(POD, LATER);

        // When
        PodFacts pod = authenticator.authenticate("Bearer " + token, ADDRESS);

        // Then
        assertThat(pod).isEqualTo(POD);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Basic eA==", "bearer x", "Bearer", "Bearer x", "Bearer a.b.c", "Bearer ..",
            "Bearer a.e30.c", "Bearer a.W10.c", "Bearer a.b.c.d"})
    void asksNobodyAboutWhatIsNoToken(String header) {
        // When
        int status = refusal(header, ADDRESS);

        // Then
        assertThat(status).isEqualTo(401);
        assertThat(tokens.asked()).isZero();
    }

    @Test
    void asksNobodyAboutATokenForAnotherAudience() {
        // Given
        String token = tokens.issue(TestTokens.claims("vault", LATER, POD.uid()), TestTokens.user(POD));

        // When
        int status = refusal(token);

        // Then
        assertThat(status).isEqualTo(401);
        assertThat(tokens.asked()).isZero();
    }

    @Test
    void asksNobodyAboutATokenOfThePast() {
        // Given
        String token = tokens.issue(POD, TestClock.START);

        // When
        int status = refusal(token);

        // Then
        assertThat(status).isEqualTo(401);
        assertThat(tokens.asked()).isZero();
    }

    @Test
    void asksNobodyAboutATokenOfAnUnknownPod() {
        // Given
        String token = tokens.issue(OTHER, LATER);

        // When
        int status = refusal(token);

        // Then
        assertThat(status).isEqualTo(403);
        assertThat(tokens.asked()).isZero();
    }

    @Test
    void refusesAForgedToken() {
        // Given
        String token = tokens.forge(claims());

        // When
        int status = refusal(token);

        // Then
        assertThat(status).isEqualTo(401);
    }

    @Test
    void refusesATokenThatTheServerKnowsForAnotherAudience() {
        // Given
        TokenUser user = TestTokens.user(POD);
        String token = tokens.issue(claims(), new TokenUser(user.username(), List.of("vault"), user.extra()));

        // When
        int status = refusal(token);

        // Then
        assertThat(status).isEqualTo(401);
    }

    @Test
    void refusesATokenThatIsBoundToNoPod() {
        // Given
        TokenUser user = TestTokens.user(POD);
        String token = tokens.issue(claims(), new TokenUser(user.username(), user.audiences(), Map.of()));

        // When
        int status = refusal(token);

        // Then
        assertThat(status).isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(strings = {"system:serviceaccount:dev", "system:serviceaccount:dev:robot:x", "admin",
            "system:serviceaccount::robot"})
    void refusesATokenOfNoServiceAccount(String username) {
        // Given
        TokenUser user = TestTokens.user(POD);
        String token = tokens.issue(claims(), new TokenUser(username, user.audiences(), user.extra()));

        // When
        int status = refusal(token);

        // Then
        assertThat(status).isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(strings = {"system:serviceaccount:dev:other", "system:serviceaccount:prod:robot"})
    void refusesATokenWhosePodIsNotOfItsAccount(String username) {
        // Given
        TokenUser user = TestTokens.user(POD);
        String token = tokens.issue(claims(), new TokenUser(username, user.audiences(), user.extra()));

        // When
        int status = refusal(token);

        // Then
        assertThat(status).isEqualTo(403);
    }

    @Test
    void believesTheServerAndNotTheTokenWhichPodItIs() throws Exception {
        // Given
        directory.put(OTHER);
        String token = tokens.issue(claims(), TestTokens.user(OTHER));

        // When
        PodFacts pod = authenticator.authenticate("Bearer " + token, ADDRESS);

        // Then
        assertThat(pod).isEqualTo(OTHER);
    }

    @Test
    void asksAgainAfterAMinute() throws Exception {
        // Given
        String token = tokens.issue(POD, LATER);
        authenticator.authenticate("Bearer " + token, ADDRESS);
        clock.pass(Duration.ofSeconds(59));
        authenticator.authenticate("Bearer " + token, ADDRESS);
        int askedWithin = tokens.asked();
        clock.pass(Duration.ofSeconds(1));

        // When
        authenticator.authenticate("Bearer " + token, ADDRESS);

        // Then
        assertThat(askedWithin).isEqualTo(1);
        assertThat(tokens.asked()).isEqualTo(2);
    }

    @Test
    void believesNoTokenBeyondItsExpiry() throws Exception {
        // Given
        String token = tokens.issue(POD, TestClock.START.plusSeconds(5));
        authenticator.authenticate("Bearer " + token, ADDRESS);
        clock.pass(Duration.ofSeconds(5));

        // When
        int status = refusal(token);

        // Then
        assertThat(status).isEqualTo(401);
    }

    @Test
    void refusesAPodThatIsGoneThoughItsTokenIsRemembered() throws Exception {
        // Given
        String token = tokens.issue(POD, LATER);
        authenticator.authenticate("Bearer " + token, ADDRESS);
        directory.remove(POD);

        // When
        int status = refusal(token);

        // Then
        assertThat(status).isEqualTo(403);
    }

    @Test
    void refusesAPodWhoseNameAnotherOneHasNow() throws Exception {
        // Given
        String token = tokens.issue(POD, LATER);
        authenticator.authenticate("Bearer " + token, ADDRESS);
        directory.remove(POD);
        directory.put(new PodFacts(POD.namespace(), POD.name(), "uid-3", POD.serviceAccount(), POD.agent(), null));

        // When
        int status = refusal(token);

        // Then
        assertThat(status).isEqualTo(403);
    }

    @Test
    void isNotReadyWhileTheServerSaysNothing() {
        // Given
        String token = tokens.issue(POD, LATER);
        tokens.available(false);

        // When
        int status = refusal(token);

        // Then
        assertThat(status).isEqualTo(503);
    }

    @Test
    void goesOnWithWhatItRemembersWhileTheServerSaysNothing() throws Exception {
        // Given
        String token = tokens.issue(POD, LATER);
        authenticator.authenticate("Bearer " + token, ADDRESS);
        tokens.available(false);

        // When
        PodFacts pod = authenticator.authenticate("Bearer " + token, ADDRESS);

        // Then
        assertThat(pod).isEqualTo(POD);
    }

    @Test
    void isNotReadyBeforeTheClusterIsRead() {
        // Given
        String token = tokens.issue(POD, LATER);
        directory.ready(false);

        // When
        int status = refusal(token);

        // Then
        assertThat(status).isEqualTo(503);
        assertThat(tokens.asked()).isZero();
    }

    @Test
    void letsAnAddressThatGuessesWaitAndNobodyElse() throws Exception {
        // Given
        String good = tokens.issue(POD, LATER);
        for (int i = 0; i < 1000; i++) {
            refusal(tokens.forge(claims()));
        }
        int asked = tokens.asked();

        // When
        PodFacts elsewhere = authenticator.authenticate("Bearer " + good, "10.0.0.2");

        // Then
        assertThat(asked).isEqualTo(16);
        assertThat(refusal("Bearer " + tokens.forge(claims()), ADDRESS)).isEqualTo(503);
        assertThat(elsewhere).isEqualTo(POD);
    }

    @Test
    void forgivesAnAddressInTime() throws Exception {
        // Given
        for (int i = 0; i < 20; i++) {
            refusal(tokens.forge(claims()));
        }
        String good = tokens.issue(POD, LATER);
        clock.pass(Duration.ofSeconds(2));

        // When
        PodFacts pod = authenticator.authenticate("Bearer " + good, ADDRESS);

        // Then
        assertThat(pod).isEqualTo(POD);
    }

    @Test
    void asksAboutABoundedNumberAtOnce() throws Exception {
        // Given
        var entered = new CountDownLatch(2);
        var answer = new CountDownLatch(1);
        TokenReviews slow = (token, audience) -> {
            entered.countDown();
            try {
                answer.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return Optional.of(TestTokens.user(POD));
        };
        ChannelSettings two = new ChannelSettings(0, Duration.ofSeconds(10), 10, 10, Duration.ofSeconds(30), 8192,
                8192, 2, Duration.ofMillis(1), Duration.ofSeconds(60));
        PodAuthenticator busy = authenticator(two, slow);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 2; i++) {
                String token = "Bearer " + tokens.issue(POD, LATER.plusSeconds(i));
                threads.submit(() -> busy.authenticate(token, ADDRESS));
            }
            entered.await();

            // When
            RefusedException refused = catchThrowableOfType(RefusedException.class,
                    () -> busy.authenticate("Bearer " + tokens.issue(POD, LATER.plusSeconds(9)), ADDRESS));
            answer.countDown();

            // Then
            assertThat(refused.status()).isEqualTo(503);
        }
    }
}
