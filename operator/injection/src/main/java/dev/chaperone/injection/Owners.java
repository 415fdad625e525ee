package dev.chaperone.injection;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/** The objects that own pods, as they are now. */
public interface Owners {
    /**
     * The live owner, or null when there is none. Who answers from a cache asks the API server before answering null or
     * with another UID than the one that was asked for: controllers make pods within milliseconds of what owns them.
     *
     * @param apiVersion for example {@code apps/v1}
     * @param kind ReplicaSet, Deployment, StatefulSet, DaemonSet, ReplicationController, Job or CronJob
     * @param uid the UID that is expected
     */
    @Nullable
    Owner find(String namespace, String apiVersion, String kind, String name, String uid);

    /** The same, and never what was known before. */
    default @Nullable Owner findAnew(String namespace, String apiVersion, String kind, String name, String uid) {
        return find(namespace, apiVersion, kind, name, uid);
    }

    /**
     * @param uid its UID
     * @param controller the owner that controls it in turn; null when there is none
     * @param template the pods that it makes, {@code metadata} and {@code spec}, as a tree
     */
    record Owner(String uid, @Nullable Reference controller, JsonNode template) {
        /**
         * An owner as the API server sends it.
         *
         * @throws IllegalArgumentException when it has more than one controller
         */
        public static Owner of(JsonNode live) {
            JsonNode spec = live.path("spec");
            JsonNode template = spec.has("jobTemplate") ? spec.at("/jobTemplate/spec/template") : spec.path("template");
            return new Owner(live.at("/metadata/uid").asText(), Reference.controllerOf(live), template);
        }
    }

    /** An ownerReference. */
    record Reference(String apiVersion, String kind, String name, String uid) {
        /**
         * The reference of an object's controller; null when nothing controls it.
         *
         * @throws IllegalArgumentException when there are several
         */
        static @Nullable Reference controllerOf(JsonNode object) {
            Reference controller = null;
            for (JsonNode reference : object.at("/metadata/ownerReferences")) {
                if (reference.path("controller").asBoolean()) {
                    if (controller != null) {
                        throw new IllegalArgumentException("more than one owner claims to be its controller");
                    }
                    controller = new Reference(
                            reference.path("apiVersion").asText(), reference.path("kind").asText(),
                            reference.path("name").asText(), reference.path("uid").asText());
                }
            }
            return controller;
        }

        String group() {
            int slash = apiVersion.indexOf('/');
            return slash < 0 ? "" : apiVersion.substring(0, slash);
        }

        boolean isWhole() {
            return !apiVersion.isEmpty() && !kind.isEmpty() && !name.isEmpty() && !uid.isEmpty();
        }
    }
}
