package dev.chaperone.api;

import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;

/** How the operator writes. */
public final class ServerSideApply {
    /** As the owner of what the resource says, taken from whoever else wrote it. */
    public static final PatchContext AS_OWNER = new PatchContext.Builder()
            .withPatchType(PatchType.SERVER_SIDE_APPLY)
            .withFieldManager(Api.FIELD_MANAGER)
            .withForce(true)
            .build();

    private ServerSideApply() {}
}
