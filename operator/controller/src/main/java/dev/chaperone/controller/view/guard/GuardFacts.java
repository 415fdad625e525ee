package dev.chaperone.controller.view.guard;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.databind.JsonNode;
import dev.chaperone.api.GuardrailPod;
import dev.chaperone.injection.ExemptPod;
import dev.chaperone.injection.GuardrailDigest;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of a pod's guardrail.
 *
 * @param digest {@link GuardrailDigest} of it; null when the pod has none
 * @param image digest of the image that the pod names for it; null when it names none
 * @param lock what locks its egress
 * @param breaches what of the pod is against the rules, each rule once
 */
public record GuardFacts(@Nullable String digest, @Nullable String image, LockFacts lock, List<Breach> breaches) {
    /** Of a pod without a guardrail, of which nothing else matters. */
    public static final GuardFacts NONE = new GuardFacts(null, null, LockFacts.NONE, List.of());

    // So that no pod is taken for one that may be without a guardrail and passes for one with it.
    private static final GuardFacts BORROWED = new GuardFacts(
            null, null, LockFacts.NONE, List.of(new Breach(Breach.Rule.BORROWED, null)));

    private static final KubernetesSerialization TREES = new KubernetesSerialization();

    public GuardFacts {
        breaches = List.copyOf(breaches);
    }

    /** Reads them. */
    public static GuardFacts of(Pod pod) {
        if (pod.getSpec() == null) {
            return NONE;
        }
        List<Container> inits = requireNonNullElse(pod.getSpec().getInitContainers(), List.of());
        int place = 0;
        while (place < inits.size() && !GuardrailPod.CONTAINER.equals(inits.get(place).getName())) {
            place++;
        }
        if (place == inits.size()) {
            return ExemptPod.mark(tree(pod)) == null ? NONE : BORROWED;
        }
        Container guardrail = inits.get(place);
        List<Volume> volumes = requireNonNullElse(pod.getSpec().getVolumes(), List.of());
        Container lock = inits.stream().filter(each -> GuardrailPod.LOCK_CONTAINER.equals(each.getName())).findFirst()
                .orElse(null);
        String digest = GuardrailDigest.of(
                tree(guardrail), lock == null ? null : tree(lock), volumes.stream().map(GuardFacts::tree).toList());
        String image = Images.digest(guardrail.getImage());
        // Thousands of pods have the same two.
        return new GuardFacts(
                digest.intern(), image == null ? null : image.intern(),
                lock == null ? LockFacts.NONE : LockFacts.of(PodRules.status(pod, GuardrailPod.LOCK_CONTAINER)),
                new PodRules(pod, place).breaches());
    }

    private static JsonNode tree(Object part) {
        return TREES.convertValue(part, JsonNode.class);
    }
}
