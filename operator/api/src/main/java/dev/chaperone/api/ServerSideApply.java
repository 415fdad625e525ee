package dev.chaperone.api;

import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;

/** Writing as the owner of what a resource says, taken from whoever else wrote it. */
public final class ServerSideApply {
    /** As the operator. */
    public static final PatchContext AS_OWNER = as(Api.FIELD_MANAGER);

    private ServerSideApply() {}

    /** @param manager who owns what is written, by the API server's record */
    public static PatchContext as(String manager) {
        return new PatchContext.Builder()
                .withPatchType(PatchType.SERVER_SIDE_APPLY)
                .withFieldManager(manager)
                .withForce(true)
                .build();
    }
}
