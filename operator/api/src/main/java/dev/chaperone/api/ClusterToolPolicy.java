package dev.chaperone.api;

import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** What agents anywhere in the cluster may do with tools. Written by platform admins; no namespace can loosen it. */
@Group(Api.GROUP)
@Version(Api.VERSION)
@Categories(Api.CATEGORY)
@ShortNames("ctpol")
public class ClusterToolPolicy extends CustomResource<ClusterToolPolicySpec, PolicyStatus> {
    private static final long serialVersionUID = 1L;
}
