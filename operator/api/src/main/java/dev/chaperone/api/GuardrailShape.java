package dev.chaperone.api;

import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** The guardrail's container and volumes, whole, as a pod must bring them to be admitted. There is one, {@value GuardrailPod#SHAPE}, written by the operator alone. */
@Group(Api.GROUP)
@Version(Api.VERSION)
@Categories(Api.CATEGORY)
@ShortNames("gshape")
public class GuardrailShape extends CustomResource<GuardrailShapeSpec, Void> {
    private static final long serialVersionUID = 1L;
}
