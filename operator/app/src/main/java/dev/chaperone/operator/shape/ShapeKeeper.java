package dev.chaperone.operator.shape;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.chaperone.api.GuardrailPod;
import dev.chaperone.api.GuardrailShape;
import dev.chaperone.api.GuardrailShapeSpec;
import dev.chaperone.api.ServerSideApply;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes the shape of this release and whose pods need none, and again whenever that or somebody changed it. Only the leader does, so that two releases
 * do not write in turns while one replaces the other.
 */
public final class ShapeKeeper {
    private final KubernetesClient client;
    private final ObjectNode container;
    private final ObjectNode lock;
    private final List<ObjectNode> volumes;
    private final List<OwnerReference> owners;
    private final Supplier<@Nullable List<String>> exempt;

    /**
     * @param container the guardrail of this release
     * @param lock the egress lock of this release
     * @param volumes its volumes
     * @param owners what the shape goes with when it is deleted
     * @param exempt the ServiceAccounts whose pods need no guardrail; null while they are not known
     */
    public ShapeKeeper(
            KubernetesClient client, ObjectNode container, ObjectNode lock, List<ObjectNode> volumes,
            List<OwnerReference> owners, Supplier<@Nullable List<String>> exempt) {
        this.client = client;
        this.container = container;
        this.lock = lock;
        this.volumes = List.copyOf(volumes);
        this.owners = List.copyOf(owners);
        this.exempt = exempt;
    }

    /** Writes it unless it is as it should be. */
    public void look() {
        GuardrailShape present = client.resources(GuardrailShape.class).withName(GuardrailPod.SHAPE).get();
        GuardrailShapeSpec before = present == null ? null : present.getSpec();
        GuardrailShapeSpec wanted = Shapes.next(before, container, lock, volumes, exempt.get());
        if (present != null && wanted.equals(before)
                && Objects.requireNonNullElse(present.getMetadata().getOwnerReferences(), List.of()).equals(owners)) {
            return;
        }
        GuardrailShape shape = new GuardrailShape();
        shape.setMetadata(
                new ObjectMetaBuilder().withName(GuardrailPod.SHAPE).withOwnerReferences(owners).build());
        shape.setSpec(wanted);
        client.resource(shape).patch(ServerSideApply.AS_OWNER);
    }
}
