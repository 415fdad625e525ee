package dev.chaperone.it.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.chaperone.api.GuardrailShapeSpec;
import dev.chaperone.api.Standing;
import dev.chaperone.controller.census.Census;
import dev.chaperone.controller.census.KnownGuardrails;
import dev.chaperone.controller.plan.AccountId;
import dev.chaperone.controller.plan.Exemptions;
import dev.chaperone.controller.status.Programming;
import dev.chaperone.controller.view.Facts;
import dev.chaperone.controller.view.NamespaceFacts;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What admission refuses the census finds, should it be there all the same; and what admission takes it accuses of nothing. */
class CensusShapeTest {
    private static final KubernetesSerialization KUBERNETES = new KubernetesSerialization();

    static Stream<Attempt> refused() {
        return Stream.concat(ShapeAttempts.all(), LockAttempts.all());
    }

    static Stream<Attempt> taken() {
        return PodShapeIT.fine();
    }

    @ParameterizedTest
    @MethodSource("refused")
    void is_found(Attempt attempt) {
        assertThat(standings(attempt.pod())).hasSize(1).noneMatch(Standing::isGuarded);
    }

    @ParameterizedTest
    @MethodSource("taken")
    void is_not_accused(Attempt attempt) {
        assertThat(standings(attempt.pod())).hasSize(1).allMatch(Standing::isGuarded);
    }

    static Stream<Attempt> posing() {
        return ExemptAttempts.refused();
    }

    @ParameterizedTest
    @MethodSource("posing")
    void is_not_believed_to_be_exempt(Attempt attempt) {
        assertThat(exempt(attempt.pod())).isFalse();
    }

    static Stream<Attempt> exempt() {
        return ExemptAttempts.taken();
    }

    @ParameterizedTest
    @MethodSource("exempt")
    void is_exempt(Attempt attempt) {
        assertThat(exempt(attempt.pod())).isTrue();
    }

    private static boolean exempt(AgentPod pod) {
        pod.with("{metadata: {uid: u, namespace: agents, name: postgres}, status: {phase: Running}}");
        SortedSet<AccountId> accounts = new TreeSet<>(Set.of(new AccountId("agents", ExemptAttempts.ACCOUNT)));
        return new Exemptions(accounts, new TreeMap<>())
                .covers(Facts.of(KUBERNETES.unmarshal(pod.tree().toString(), Pod.class)));
    }

    private static Set<Standing> standings(AgentPod pod) {
        pod.with("{metadata: {uid: u, name: coder}, status: {phase: Running}}");
        Pod typed = KUBERNETES.unmarshal(pod.tree().toString(), Pod.class);
        // Just begun to lead: nobody is silent.
        Programming programming = new Programming(Map.of(), Instant.EPOCH, Duration.ofSeconds(15), Instant.EPOCH);
        return new Census(KnownGuardrails.of(shape()), programming)
                .of(List.of(Facts.of(typed)), new NamespaceFacts("agents", Map.of(), null), null, null)
                .counts().keySet();
    }

    private static GuardrailShapeSpec shape() {
        return new GuardrailShapeSpec(
                list(GuardrailShapes.shape().at("/spec/containers")), list(GuardrailShapes.shape().at("/spec/locks")),
                list(GuardrailShapes.volumes()), null, null);
    }

    private static List<JsonNode> list(JsonNode array) {
        List<JsonNode> list = new ArrayList<>();
        array.forEach(list::add);
        return list;
    }
}
