package dev.chaperone.api;

import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** Where tools live, and what is known of them. Written by admins. */
@Group(Api.GROUP)
@Version(Api.VERSION)
@Categories(Api.CATEGORY)
@ShortNames("tsrv")
public class ToolServer extends CustomResource<ToolServerSpec, ToolServerStatus> implements Namespaced {
    private static final long serialVersionUID = 1L;
}
