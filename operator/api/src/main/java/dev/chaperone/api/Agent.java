package dev.chaperone.api;

import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** One governed workload. Its labels, those of the workload's pod template, are what policies select by. */
@Group(Api.GROUP)
@Version(Api.VERSION)
@Categories(Api.CATEGORY)
@ShortNames("agt")
public class Agent extends CustomResource<AgentSpec, AgentStatus> implements Namespaced {
    private static final long serialVersionUID = 1L;
}
