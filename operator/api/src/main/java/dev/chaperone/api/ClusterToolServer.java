package dev.chaperone.api;

import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** Where tools live that many namespaces share. Written by platform admins; no namespace can take its name. */
@Group(Api.GROUP)
@Version(Api.VERSION)
@Categories(Api.CATEGORY)
@ShortNames("ctsrv")
public class ClusterToolServer extends CustomResource<ClusterToolServerSpec, ToolServerStatus> {
    private static final long serialVersionUID = 1L;
}
