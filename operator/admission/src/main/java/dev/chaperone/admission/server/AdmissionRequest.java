package dev.chaperone.admission.server;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/**
 * What an API server asks about.
 *
 * @param uid names the question; the answer repeats it
 * @param kind of the object, in the version that the webhook asked for
 * @param subResource null for the object itself
 * @param operation what is to be done
 * @param namespace null for cluster-wide objects
 * @param name as far as it is known: an object that is being created may get one later
 * @param user name of the user who asks, as the API server authenticated it
 * @param dryRun whether nothing will come of it
 * @param object the object as it would be; null when it is being deleted
 * @param oldObject the object as it is; null when it is being created
 */
public record AdmissionRequest(
        String uid,
        Kind kind,
        @Nullable String subResource,
        Operation operation,
        @Nullable String namespace,
        String name,
        String user,
        boolean dryRun,
        @Nullable JsonNode object,
        @Nullable JsonNode oldObject) {
    /** @param group empty for the core group */
    public record Kind(String group, String version, String kind) {}

    /** What is to be done. */
    public enum Operation {
        CREATE, UPDATE, DELETE, CONNECT
    }
}
