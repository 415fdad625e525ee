package dev.chaperone.api;

import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** What oversight the agents of a namespace must have. Written by admins. */
@Group(Api.GROUP)
@Version(Api.VERSION)
@Plural("oversightpolicies")
@Categories(Api.CATEGORY)
@ShortNames("opol")
public class OversightPolicy extends CustomResource<OversightPolicySpec, OversightPolicyStatus> implements Namespaced {
    private static final long serialVersionUID = 1L;
}
