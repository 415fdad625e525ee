package dev.chaperone.api;

import dev.chaperone.config.GuardrailConfigSpec;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** The compiled config of one agent, of the agent's name. Written by the operator alone. */
@Group(Api.GROUP)
@Version(Api.VERSION)
@Categories(Api.CATEGORY)
@ShortNames("gcfg")
public class GuardrailConfig extends CustomResource<GuardrailConfigSpec, GuardrailConfigStatus> implements Namespaced {
    private static final long serialVersionUID = 1L;
}
