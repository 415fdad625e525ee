package dev.chaperone.api;

import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** What the agents of a namespace may do with tools. Written by agent teams. */
@Group(Api.GROUP)
@Version(Api.VERSION)
@Categories(Api.CATEGORY)
@ShortNames("tpol")
public class ToolPolicy extends CustomResource<ToolPolicySpec, PolicyStatus> implements Namespaced {
    private static final long serialVersionUID = 1L;
}
