package dev.chaperone.controller.view;

import dev.chaperone.api.GuardrailPod;
import dev.chaperone.api.GuardrailShape;
import dev.chaperone.api.GuardrailShapeSpec;
import io.fabric8.kubernetes.client.KubernetesClient;
import org.jspecify.annotations.Nullable;

/** Reads what guardrails pods are created with. */
public final class ShapeView implements AutoCloseable {
    private record Named(String name, @Nullable GuardrailShapeSpec spec) {}

    private final Watched<GuardrailShape, Named> shapes;

    /** @param changed called on the informer's threads, and must not block */
    public ShapeView(KubernetesClient client, Runnable changed) {
        this.shapes = Watched.start(
                client.resources(GuardrailShape.class), GuardrailShape::new,
                shape -> new Named(shape.getMetadata().getName(), shape.getSpec()), changed);
    }

    /** The shape; null while it has not been read, or when there is none. */
    public @Nullable GuardrailShapeSpec spec() {
        for (Named shape : shapes.facts()) {
            if (shape.name().equals(GuardrailPod.SHAPE)) {
                return shape.spec();
            }
        }
        return null;
    }

    @Override
    public void close() {
        shapes.close();
    }
}
