package dev.chaperone.controller.channel;

import dev.chaperone.controller.fleet.LeaseGrants;
import static org.assertj.core.api.Assertions.assertThat;

import dev.chaperone.api.GuardrailPod;
import dev.chaperone.config.channel.SyncAnswer;
import dev.chaperone.controller.fleet.AgentId;
import dev.chaperone.controller.fleet.ConfigDirectory.PodFacts;
import dev.chaperone.controller.channel.TestKeys.Certified;
import dev.chaperone.test.KubernetesCluster;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.authentication.BoundObjectReference;
import io.fabric8.kubernetes.api.model.authentication.BoundObjectReferenceBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tokens that a real API server made, shown to the channel, which asks that API server whose they are. */
class PodTokensIT {
    private static final String ROBOT = "robot";
    private static final Certified CERTIFIED = Certified.ofService();

    private static KubernetesCluster cluster;
    private static KubernetesClient client;
    private static int round;

    private final TestDirectory directory = new TestDirectory();
    private GuardrailReports reports;
    private ChannelServer server;
    private String namespace;
    private PodFacts coder;
    private PodFacts payer;

    @BeforeAll
    static void startCluster() {
        cluster = KubernetesCluster.start();
        client = new KubernetesClientBuilder().withConfig(Config.fromKubeconfig(cluster.kubeconfig())).build();
    }

    @AfterAll
    static void stopCluster() {
        if (cluster != null) {
            client.close();
            cluster.close();
        }
    }

    @BeforeEach
    void start() throws Exception {
        namespace = "agents-" + round++;
        client.resource(new NamespaceBuilder().withNewMetadata().withName(namespace).endMetadata().build()).create();
        account(ROBOT);
        account("stranger");
        coder = pod("coder", ROBOT);
        payer = pod("payer", ROBOT);
        directory.assign(coder.agent(), "code");
        directory.assign(payer.agent(), "pay");
        serve(new KubernetesTokenReviews(client));
    }

    private void serve(TokenReviews reviews) throws Exception {
        reports = new GuardrailReports(directory, GuardrailReports.HEARTBEAT_AGE);
        server = new ChannelServer(ChannelSettings.DEFAULT.withPort(0), new TestKeys(CERTIFIED), directory, reviews,
                reports, LeaseGrants.NONE, () -> PeerKey.of(new byte[32]),
                TestEvidence.none(), new ChannelMetrics(new PrometheusRegistry()));
        server.start();
    }

    @AfterEach
    void stop() {
        server.close();
        reports.close();
    }

    private void account(String name) {
        client.resource(new ServiceAccountBuilder().withNewMetadata().withName(name).withNamespace(namespace)
                .endMetadata().build()).create();
    }

    private PodFacts pod(String name, String account) {
        Pod made = client.resource(new PodBuilder()
                .withNewMetadata().withName(name).withNamespace(namespace).endMetadata()
                .withNewSpec().withServiceAccountName(account).withNodeSelector(Map.of("no", "node"))
                .withTerminationGracePeriodSeconds(0L)
                .addNewContainer().withName("agent").withImage("none").endContainer().endSpec().build()).create();
        PodFacts facts = new PodFacts(namespace, name, made.getMetadata().getUid(), account,
                new AgentId(namespace, name), null);
        directory.put(facts);
        return facts;
    }

    private void delete(PodFacts pod) {
        client.pods().inNamespace(namespace).withName(pod.name()).withGracePeriod(0).delete();
        client.pods().inNamespace(namespace).withName(pod.name())
                .waitUntilCondition(found -> found == null, 30, TimeUnit.SECONDS);
    }

    private String token(String account, String audience, BoundObjectReference bound) {
        return client.serviceAccounts().inNamespace(namespace).withName(account)
                .tokenRequest(new TokenRequestBuilder().withNewSpec().withAudiences(audience)
                        .withExpirationSeconds(3600L).withBoundObjectRef(bound).endSpec().build())
                .getStatus().getToken();
    }

    private String token(PodFacts pod) {
        return token(pod.serviceAccount(), GuardrailPod.TOKEN_AUDIENCE, binding(pod));
    }

    private static BoundObjectReference binding(PodFacts pod) {
        return new BoundObjectReferenceBuilder().withApiVersion("v1").withKind("Pod").withName(pod.name())
                .withUid(pod.uid()).build();
    }

    private HttpResponse<byte[]> show(String token) throws Exception {
        try (ChannelClient guardrail = new ChannelClient(server.port(), CERTIFIED.certificate(), token)) {
            return guardrail.sync(ChannelClient.holding(null));
        }
    }

    @Test
    void servesThePodThatTheTokenIsBoundTo() throws Exception {
        // Given
        String token = token(coder);

        // When
        HttpResponse<byte[]> answer = show(token);

        // Then
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(SyncAnswer.read(answer.body()).agent()).isEqualTo(namespace + "/coder");
        assertThat(reports.reports()).containsOnlyKeys(coder.uid());
    }

    @Test
    void servesAnotherPodOfTheSameAccountItsOwnConfigOnly() throws Exception {
        // Given
        String token = token(payer);
        HttpResponse<byte[]> answer = show(token);

        // When
        HttpResponse<byte[]> foreign;
        try (ChannelClient guardrail = new ChannelClient(server.port(), CERTIFIED.certificate(), token)) {
            foreign = guardrail.get("/v1/bundles/" + TestDirectory.revision("code"));
        }

        // Then
        assertThat(SyncAnswer.read(answer.body()).agent()).isEqualTo(namespace + "/payer");
        assertThat(foreign.statusCode()).isEqualTo(404);
        assertThat(reports.reports()).containsOnlyKeys(payer.uid());
    }

    @Test
    void refusesATokenForTheApiServer() throws Exception {
        // Given
        String token = token(ROBOT, "https://kubernetes.default.svc.cluster.local", binding(coder));

        // When
        HttpResponse<byte[]> answer = show(token);

        // Then
        assertThat(answer.statusCode()).isEqualTo(401);
    }

    @Test
    void refusesATokenBoundToNoPod() throws Exception {
        // Given
        String token = token(ROBOT, GuardrailPod.TOKEN_AUDIENCE, null);

        // When
        HttpResponse<byte[]> answer = show(token);

        // Then
        assertThat(answer.statusCode()).isEqualTo(401);
    }

    @Test
    void refusesAPodThatIsNotGoverned() throws Exception {
        // Given
        PodFacts outside = pod("outside", ROBOT);
        directory.remove(outside);

        // When
        HttpResponse<byte[]> answer = show(token(outside));

        // Then
        assertThat(answer.statusCode()).isEqualTo(403);
    }

    @Test
    void refusesAPodThatIsAnotherAccountsHere() throws Exception {
        // Given
        PodFacts strange = pod("strange", "stranger");
        String token = token(strange);
        directory.put(new PodFacts(namespace, "strange", strange.uid(), ROBOT, strange.agent(), null));

        // When
        HttpResponse<byte[]> answer = show(token);

        // Then
        assertThat(answer.statusCode()).isEqualTo(403);
    }

    @Test
    void refusesADeletedPodWhateverIsRememberedOfItsToken() throws Exception {
        // Given
        String token = token(coder);
        assertThat(show(token).statusCode()).isEqualTo(200);
        delete(coder);
        directory.remove(coder);

        // When
        HttpResponse<byte[]> answer = show(token);

        // Then
        assertThat(answer.statusCode()).isEqualTo(403);
    }

    /** The API server goes on saying yes for some seconds, and this replica was not asked before. */
    @Test
    void refusesADeletedPodOnAReplicaThatDoesNotKnowItsToken() throws Exception {
        // Given
        String token = token(coder);
        assertThat(show(token).statusCode()).isEqualTo(200);
        delete(coder);
        directory.remove(coder);
        server.close();
        reports.close();
        serve(new KubernetesTokenReviews(client));

        // When
        HttpResponse<byte[]> answer = show(token);

        // Then
        assertThat(answer.statusCode()).isEqualTo(403);
    }

    @Test
    void refusesADeletedPodWhoseNameAnotherOneHas() throws Exception {
        // Given
        String token = token(coder);
        assertThat(show(token).statusCode()).isEqualTo(200);
        delete(coder);
        directory.remove(coder);
        pod("coder", ROBOT);

        // When
        HttpResponse<byte[]> answer = show(token);

        // Then
        assertThat(answer.statusCode()).isEqualTo(403);
    }

    @Test
    void refusesATokenWithAnotherSignature() throws Exception {
        // Given
        String[] parts = token(coder).split("\\.");
        byte[] signature = Base64.getUrlDecoder().decode(parts[2]);
        signature[signature.length / 2] ^= 1;

        // When
        HttpResponse<byte[]> answer = show(parts[0] + "." + parts[1] + "."
                + Base64.getUrlEncoder().withoutPadding().encodeToString(signature));

        // Then
        assertThat(answer.statusCode()).isEqualTo(401);
    }

    @Test
    void refusesATokenThatWasSignedForAnotherPod() throws Exception {
        // Given
        String[] own = token(coder).split("\\.");
        String[] others = token(payer).split("\\.");

        // When
        HttpResponse<byte[]> answer = show(own[0] + "." + others[1] + "." + own[2]);

        // Then
        assertThat(answer.statusCode()).isEqualTo(401);
    }

    @Test
    void isNotReadyWhileTheApiServerIsAway() throws Exception {
        // Given
        String token = token(coder);
        server.close();
        reports.close();
        Config nowhere = new ConfigBuilder(Config.empty()).withMasterUrl("https://127.0.0.1:1")
                .withRequestRetryBackoffLimit(0).withTrustCerts(true).build();
        try (KubernetesClient away = new KubernetesClientBuilder().withConfig(nowhere).build()) {
            serve(new KubernetesTokenReviews(away));

            // When
            HttpResponse<byte[]> answer = show(token);

            // Then
            assertThat(answer.statusCode()).isEqualTo(503);
        }
    }

    @Test
    void asksOnceAndForItsAudience() throws Exception {
        // Given
        List<String> asked = new ArrayList<>();
        TokenReviews spied = (token, audience) -> {
            asked.add(audience);
            return new KubernetesTokenReviews(client).review(token, audience);
        };
        server.close();
        reports.close();
        serve(spied);
        String token = token(coder);
        show(token);

        // When
        show(token);

        // Then
        assertThat(asked).containsExactly(GuardrailPod.TOKEN_AUDIENCE);
    }
}
