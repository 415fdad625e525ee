package dev.chaperone.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.chaperone.api.Agent;
import dev.chaperone.api.GuardrailPod;
import dev.chaperone.api.OversightPolicy;
import dev.chaperone.api.OversightRequirement;
import dev.chaperone.api.OversightRequirement.State;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** From a locked pod nobody but its guardrail gets out, root as little as anybody, and it is said only where it is proven. */
class EgressLockIT {
    private static final String NAMESPACE = "locked";
    private static final String LOCK = "egress.lock";
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final ObjectMapper JSON = new ObjectMapper();
    /** Tries every address at once, and says how each answered: arguments are name=kind:address:port. */
    private static final String TRY = """
            const net = require('net'), dgram = require('dgram');
            const results = {};
            const all = process.argv.slice(1).map(each => each.match(/(.*)=(tcp|udp):(.*):(\\d+)/)).map(([, name, kind, host, port]) =>
              new Promise(resolve => {
                const done = code => { if (!(name in results)) { results[name] = code; resolve(); } };
                setTimeout(() => done('SILENT'), 20000);
                if (kind === 'tcp') {
                  const socket = net.connect({ host, port: Number(port) }, () => { socket.destroy(); done('REACHED'); });
                  socket.on('error', error => done(error.code));
                } else {
                  const socket = dgram.createSocket(host.includes(':') ? 'udp6' : 'udp4');
                  socket.on('error', error => done(error.code));
                  socket.on('message', () => done('REACHED'));
                  const question = Buffer.from('4348010000010000000000000000020001', 'hex');
                  socket.send(question, Number(port), host, error => { if (error) done(error.code); });
                }
              }));
            Promise.all(all).then(() => { console.log(JSON.stringify(results)); process.exit(0); });
            """;

    /** Asks a name server from a port of its own: arguments are port and server. */
    private static final String ASK = """
            const [port, server] = process.argv.slice(1);
            const socket = require('dgram').createSocket('udp4');
            const done = what => { console.log(what); process.exit(0); };
            setTimeout(() => done('SILENT'), 20000);
            socket.on('error', error => done(error.code));
            socket.on('message', () => done('REACHED'));
            socket.bind(Number(port), () => socket.send(Buffer.from('4348010000010000000000000000020001', 'hex'), 53,
              server, error => { if (error) done(error.code); }));
            """;

    @RegisterExtension
    static final InstalledCluster cluster = new InstalledCluster();

    private AgentOwner owner;

    @BeforeEach
    void anAgentRunsThatIsNotLocked() {
        cluster.client().apps().deployments().inNamespace(NAMESPACE).delete();
        owner = new AgentOwner(cluster.client(), NAMESPACE);
        Awaitility.await("the pods of before are gone").atMost(SOON.multipliedBy(2)).until(
                () -> cluster.client().pods().inNamespace(NAMESPACE).list().getItems().isEmpty());
        Awaitility.await("it is taken").atMost(SOON).ignoreExceptions().until(() -> {
            cluster.apply("locked-agent.yaml", Map.of());
            return true;
        });
        Awaitility.await("nothing is said of a lock of before").atMost(SOON).ignoreExceptions()
                .until(() -> requirement(LOCK) == null);
    }

    @AfterEach
    void nothingIsRequired() throws Exception {
        cluster.client().resources(OversightPolicy.class).inNamespace(NAMESPACE).delete();
        cluster.platformAdmin().healsAll();
    }

    private static OversightRequirement requirement(String name) {
        Agent agent = cluster.client().resources(Agent.class).inNamespace(NAMESPACE).withName("coder").get();
        return Stream.ofNullable(agent.getStatus().oversight()).flatMap(List::stream)
                .filter(each -> each.requirement().equals(name)).findFirst().orElse(null);
    }

    private static OversightRequirement awaitState(State state) {
        return Awaitility.await(LOCK + " is " + state).atMost(SOON).pollInterval(Duration.ofMillis(200))
                .ignoreExceptions().until(() -> requirement(LOCK), found -> found.state() == state);
    }

    private Pod locked() {
        Pod before = owner.waitsForPods(1).getFirst();
        cluster.apply("oversight-lock.yaml", Map.of());
        awaitState(State.LAPSED);
        return replaced(before);
    }

    private Pod replaced(Pod before) {
        Awaitility.await("new pods are locked").atMost(SOON).ignoreExceptions().until(
                () -> create(lockable("")).getSpec().getInitContainers().stream()
                        .anyMatch(container -> container.getName().equals(GuardrailPod.LOCK_CONTAINER)));
        cluster.client().resource(before).delete();
        return Awaitility.await("another pod").atMost(SOON.multipliedBy(2)).ignoreExceptions()
                .until(() -> owner.waitsForPods(1).getFirst(),
                        pod -> !pod.getMetadata().getUid().equals(before.getMetadata().getUid()));
    }

    private static Pod create(Pod pod) {
        return cluster.client().resource(pod).dryRun().create();
    }

    /** @param lacking what its agent does not say, and has to say in a pod that is to be locked; may be empty */
    private static Pod lockable(String lacking) {
        return new PodBuilder().withNewMetadata().withNamespace(NAMESPACE).withName("new").endMetadata()
                .withNewSpec().addNewContainer().withName("agent").withImage("none").withNewSecurityContext()
                .withRunAsUser(lacking.equals("runAsUser") ? null : 0L)
                .withAllowPrivilegeEscalation(lacking.equals("allowPrivilegeEscalation") ? null : false)
                .withNewCapabilities().withDrop(lacking.equals("capabilities") ? "NET_RAW" : "ALL").endCapabilities()
                .endSecurityContext().endContainer().endSpec().build();
    }

    private static ContainerStatus status(Pod pod, String container) {
        Pod now = cluster.client().resource(pod).get();
        return Stream.concat(now.getStatus().getInitContainerStatuses().stream(),
                now.getStatus().getContainerStatuses().stream())
                .filter(status -> status.getName().equals(container)).findFirst().orElseThrow();
    }

    /** What there is to reach, as it can be written without DNS. */
    private static Map<String, String> destinations() {
        Map<String, String> all = new TreeMap<>();
        all.put("tool server", "tcp:" + address("tools", "everything") + ":8080");
        all.put("API server", "tcp:" + address("default", "kubernetes") + ":443");
        all.put("operator", "tcp:" + address(InstalledCluster.OPERATOR_NAMESPACE, "chaperone-channel") + ":443");
        all.put("name server by TCP", "tcp:" + address("kube-system", "kube-dns") + ":53");
        all.put("name server by UDP", "udp:" + address("kube-system", "kube-dns") + ":53");
        all.put("tool server's pod", "tcp:" + cluster.client().pods().inNamespace("tools")
                .withLabel("app", "everything").list().getItems().getFirst().getStatus().getPodIP() + ":8080");
        return all;
    }

    private static String address(String namespace, String service) {
        return cluster.client().services().inNamespace(namespace).withName(service).get().getSpec().getClusterIP();
    }

    private Map<String, String> reaches(Pod pod, String container, Map<String, String> destinations) throws Exception {
        String[] command = Stream.concat(Stream.of("node", "-e", TRY, "--"), destinations.entrySet().stream()
                .map(each -> each.getKey() + "=" + each.getValue())).toArray(String[]::new);
        JsonNode found = JSON.readTree(owner.runs(pod, container, command));
        Map<String, String> results = new TreeMap<>();
        found.properties().forEach(each -> results.put(each.getKey(), each.getValue().asText()));
        return results;
    }

    private void assertLocked(Pod pod, String container) throws Exception {
        Map<String, String> refused = new TreeMap<>();
        destinations().forEach((name, where) -> refused.put(
                name, where.startsWith("udp") ? "EPERM" : "EHOSTUNREACH"));
        assertThat(reaches(pod, container, destinations())).as(container).isEqualTo(refused);
    }

    private JsonNode echo(Pod pod) throws Exception {
        return owner.agentCalls(pod, "everything", "echo", "{\"message\":\"hello\"}");
    }

    @Test
    void aPodFromBeforeIsSaidNotToBeLockedAndItsSuccessorOnlyWhenThatIsProven() throws Exception {
        // Given
        Pod before = owner.waitsForPods(1).getFirst();
        assertThat(reaches(before, "agent", destinations())).containsEntry("tool server", "REACHED")
                .containsEntry("name server by UDP", "REACHED");

        // When
        cluster.apply("oversight-lock.yaml", Map.of());

        // Then
        OversightRequirement lapsed = awaitState(State.LAPSED);
        assertThat(lapsed.reason()).isEqualTo("NotLocked");
        assertThat(lapsed.message()).isEqualTo("1 of 1 pods; " + before.getMetadata().getName()
                + " was made before its lock was asked for, or without it; create it again");
        assertThat(lapsed.pods()).containsExactly(before.getMetadata().getName());
        Awaitility.await("the pod is narrowed").atMost(SOON).ignoreExceptions()
                .until(() -> echo(before).at("/content/0/text").asText().startsWith("Denied (oversight_lapsed)"));
        Pod after = replaced(before);
        OversightRequirement met = awaitState(State.MET);
        Instant told = Instant.now();
        assertThat(met.reason()).isEqualTo("Locked");
        ContainerStateTerminated lock = status(after, GuardrailPod.LOCK_CONTAINER).getState().getTerminated();
        assertThat(lock.getExitCode()).isZero();
        assertThat(lock.getMessage()).startsWith("locked and proven: ").contains("operator tcp ")
                .contains("reached before, refused after");
        assertThat(Instant.parse(met.since())).isAfterOrEqualTo(Instant.parse(lock.getFinishedAt()));
        assertThat(requirement("egress").reason()).isEqualTo("Restricted");
        Awaitility.await("it is narrowed no more").atMost(SOON).ignoreExceptions()
                .until(() -> echo(after).at("/content/0/text").asText().contains("hello"));
        System.out.println("the lock ran from " + lock.getStartedAt() + " to " + lock.getFinishedAt() + ", was said at "
                + told + ": " + lock.getMessage());
    }

    @Test
    void nobodyButTheGuardrailGetsOutWhoeverIsKilled() throws Exception {
        // Given
        Pod pod = locked();
        awaitState(State.MET);

        // When
        assertLocked(pod, "agent");
        assertLocked(pod, "helper");
        cluster.platformAdmin().node().signalsOf(pod, "sleep", "KILL");
        cluster.platformAdmin().node().signalsJavaOf(pod, "KILL");

        // Then
        Awaitility.await("all are there again").atMost(SOON).until(() -> Stream.of("agent", "helper",
                GuardrailPod.CONTAINER).allMatch(
                        name -> status(pod, name).getRestartCount() > 0
                                && Boolean.TRUE.equals(status(pod, name).getReady())));
        assertThat(status(pod, GuardrailPod.LOCK_CONTAINER).getRestartCount()).isZero();
        assertLocked(pod, "agent");
        assertLocked(pod, "helper");
        Awaitility.await("the guardrail gets out").atMost(SOON).ignoreExceptions()
                .until(() -> echo(pod).at("/content/0/text").asText().contains("hello"));
        assertThat(awaitState(State.MET).reason()).isEqualTo("Locked");
    }

    @Test
    void nobodyBecomesTheGuardrailOrChangesTheRules() throws Exception {
        // Given
        Pod pod = locked();

        // When
        String tried = owner.runs(pod, "agent", "sh", "-c",
                """
                        setpriv --reuid=64515 --clear-groups id -u 2>&1
                        setpriv --reuid=64515 id -u 2>&1
                        su -s /bin/sh -c 'id -u' '#64515' 2>&1
                        cp /bin/sh /tmp/sh 2>/dev/null && chown 64515 /tmp/sh 2>&1; chmod u+s /tmp/sh 2>/dev/null; ls -n /tmp/sh 2>&1
                        nsenter -t 1 -n true 2>&1; unshare -n true 2>&1
                        grep -E 'CapEff|CapBnd|NoNewPrivs' /proc/self/status""");

        // Then
        assertThat(tried.lines()).doesNotContain("64515").contains("CapEff:\t0000000000000000",
                "CapBnd:\t0000000000000000", "NoNewPrivs:\t1");
        assertLocked(pod, "agent");
        System.out.println("root in a locked pod: " + tried.replace("\n", " | "));
    }

    /** What netfilter goes on to know of a question by UDP when whoever asked it has long closed his socket. */
    @Test
    void nobodyGoesOnFromThePortWhereTheGuardrailHasJustAsked() throws Exception {
        // Given
        Pod pod = locked();
        String server = address("kube-system", "kube-dns");
        String node = owner.runs(pod, "agent", "which", "node").strip();
        String asked = cluster.platformAdmin().node().runsBeside(
                pod, "sleep", GuardrailPod.UID, node, "-e", ASK, "--", "40000", server);
        assertThat(asked.strip()).as("the guardrail's user").isEqualTo("REACHED");

        // When
        String asRoot = owner.runs(pod, "agent", "node", "-e", ASK, "--", "40000", server);
        String asAnother = owner.runs(pod, "helper", "node", "-e", ASK, "--", "40000", server);

        // Then
        assertThat(List.of(asRoot.strip(), asAnother.strip())).containsExactly("EPERM", "EPERM");
    }

    @ParameterizedTest
    @ValueSource(strings = {"capabilities", "allowPrivilegeEscalation", "runAsUser"})
    void aPodThatCannotBeLockedIsRefusedWithItsMend(String lacking) {
        // Given
        owner.waitsForPods(1);
        cluster.apply("oversight-lock.yaml", Map.of());
        awaitState(State.LAPSED);

        // When, then: one replica may have heard of the lock a moment after the one that says so.
        Awaitility.await("it is refused").atMost(SOON).untilAsserted(
                () -> assertThatThrownBy(() -> create(lockable(lacking)))
                        .isInstanceOf(KubernetesClientException.class)
                        .hasMessageContaining("the pod's egress is locked to its guardrail")
                        .hasMessageContaining("set securityContext." + lacking));
    }
}
