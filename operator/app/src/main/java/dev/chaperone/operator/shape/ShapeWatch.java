package dev.chaperone.operator.shape;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.chaperone.api.GuardrailPod;
import dev.chaperone.api.GuardrailShape;
import dev.chaperone.api.GuardrailShapeSpec;
import dev.chaperone.injection.ExemptPod;
import dev.chaperone.injection.PodInjector;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The shape as it is in the cluster. Every replica injects what stands there and not what its own release would: during
 * an upgrade an admission policy knows no other.
 */
public final class ShapeWatch implements AutoCloseable {
    private final SharedIndexInformer<GuardrailShape> informer;

    public ShapeWatch(KubernetesClient client) {
        this.informer = client.resources(GuardrailShape.class).inform();
    }

    /** Whether an account, as {@link ExemptPod#account} writes it, is exempt as far as admission policies know. */
    public boolean exempts(String account) {
        GuardrailShapeSpec spec = spec();
        return spec != null && spec.exempt() != null && spec.exempt().contains(account);
    }

    private @Nullable GuardrailShapeSpec spec() {
        GuardrailShape shape = informer.getStore().getByKey(GuardrailPod.SHAPE);
        return shape == null ? null : shape.getSpec();
    }

    /** Puts in the guardrail that pods are to be created with now; null while none is known. */
    public @Nullable PodInjector injector() {
        GuardrailShapeSpec spec = spec();
        if (spec == null || spec.containers().isEmpty()
                || !(spec.containers().getFirst() instanceof ObjectNode container)) {
            return null;
        }
        List<ObjectNode> volumes = spec.volumes().stream().map(ObjectNode.class::cast).toList();
        ObjectNode lock = spec.locks() != null && !spec.locks().isEmpty()
                && spec.locks().getFirst() instanceof ObjectNode first ? first : null;
        return new PodInjector(container, lock, volumes);
    }

    @Override
    public void close() {
        informer.close();
    }
}
