package dev.chaperone.api;

import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** What oversight agents anywhere in the cluster must have. Written by platform admins; no namespace can loosen it. */
@Group(Api.GROUP)
@Version(Api.VERSION)
@Plural("clusteroversightpolicies")
@Categories(Api.CATEGORY)
@ShortNames("copol")
public class ClusterOversightPolicy extends CustomResource<ClusterOversightPolicySpec, OversightPolicyStatus> {
    private static final long serialVersionUID = 1L;
}
