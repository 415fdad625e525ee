package dev.chaperone.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.LocalPortForward;
import io.fabric8.kubernetes.client.internal.SSLUtils;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What an admin does on a working day, while agents call and pods are created. */
class UpgradeIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    /** A retry takes 10 s, in which the agent calls more often than this; on a busy machine both take longer. */
    private static final int CALLS_IN_A_RETRY = 60;
    private static final int WEBHOOKS = 9443;

    @RegisterExtension
    static final InstalledCluster cluster = new InstalledCluster();

    private PlatformAdmin admin;
    private SteadyAgent agent;
    private Instant begin;

    @BeforeEach
    void anAgentCalls() {
        admin = cluster.platformAdmin();
        agent = SteadyAgent.begins(cluster);
        begin = Instant.now();
    }

    @AfterEach
    void itIsAsItWas() {
        if (!admin.memoryOfAcceptedGuardrails().getFirst().equals("256Mi")) {
            admin.upgradesToGuardrailsOf("256Mi");
        }
        admin.waitsForOperator();
    }

    @Test
    void anUpgradeAndItsRollbackDisturbNobody() {
        // Given
        NewPods pods = NewPods.begin(cluster.client());

        // When
        try (pods) {
            admin.upgradesToGuardrailsOf("288Mi");
            assertThat(admin.memoryOfAcceptedGuardrails()).containsExactly("288Mi", "256Mi");
            agent.isEdited(2);
            agent.obeys(2);
            agent.isScaledTo(2);
            agent.obeys(2);
            admin.upgradesToGuardrailsOf("256Mi");
            assertThat(admin.memoryOfAcceptedGuardrails()).containsExactly("256Mi", "288Mi");
            agent.isEdited(3);
            agent.obeys(3);
            agent.isScaledTo(3);
            agent.obeys(3);
        }

        // Then
        assertThat(agent.pods()).extracting(
                pod -> SteadyAgent.guardrail(pod).getResources().getLimits().get("memory").toString())
                .containsExactly("256Mi", "288Mi", "256Mi");
        agent.isSaidToObey();
        SteadyAgent.assertDecided(agent.callsSince(begin), (int) SOON.toSeconds());
        assertThat(pods.refusals()).isEmpty();
        assertThat(pods.unguarded()).isZero();
        assertThat(pods.guarded()).isPositive();
    }

    @Test
    void certificatesAreRenewedUnderLoad() {
        // Given
        List<Pod> replicas = admin.operatorPods();
        List<BigInteger> before = replicas.stream().map(UpgradeIT::served).toList();

        // When
        NewPods pods = NewPods.begin(cluster.client());
        try (pods) {
            admin.spoilsServingCertificate();

            // Then
            Awaitility.await("other certificates are served").atMost(SOON).ignoreExceptions().until(
                    () -> replicas.stream().map(UpgradeIT::served).noneMatch(before::contains));
            Instant edited = Instant.now();
            agent.isEdited(2);
            agent.obeys(2);
            assertThat(agent.callsSince(edited).stream().takeWhile(
                    call -> !(call.message().equals("2") && call.outcome() == SteadyAgent.Outcome.ALLOWED)))
                    .hasSizeLessThan(CALLS_IN_A_RETRY);
        }
        assertThat(replicas.stream().map(UpgradeIT::served).distinct()).hasSize(1);
        assertThat(pods.refusals()).isEmpty();
        assertThat(pods.unguarded()).isZero();
        assertThat(pods.guarded()).isPositive();
        SteadyAgent.assertDecided(agent.callsSince(begin), 1);
        agent.isSaidToObey();
    }

    /** Serial number of the certificate that a replica shows; a connection may fail for a moment. */
    private static BigInteger served(Pod replica) {
        return Awaitility.await("it shows a certificate").atMost(SOON).ignoreExceptions().until(
                () -> shown(replica), Objects::nonNull);
    }

    private static BigInteger shown(Pod replica) {
        try (LocalPortForward forward = cluster.client().pods().resource(replica).portForward(WEBHOOKS)) {
            SSLContext whoeverAnswers = SSLUtils.sslContext(new ConfigBuilder(Config.empty()).withTrustCerts().build());
            try (SSLSocket socket = (SSLSocket) whoeverAnswers.getSocketFactory().createSocket(
                    "127.0.0.1", forward.getLocalPort())) {
                socket.startHandshake();
                return ((X509Certificate) socket.getSession().getPeerCertificates()[0]).getSerialNumber();
            }
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
