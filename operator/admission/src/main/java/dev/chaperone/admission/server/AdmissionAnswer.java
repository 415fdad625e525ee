package dev.chaperone.admission.server;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.List;

/** What an API server is told. */
public sealed interface AdmissionAnswer {
    /** Shown to whoever asked, in their order; whole, though an API server cuts what is longer than it likes. */
    List<String> warnings();

    /**
     * It may be done.
     *
     * @param patch operations on the object; none leave it as it is
     */
    record Allowed(ArrayNode patch, List<String> warnings) implements AdmissionAnswer {
        public Allowed {
            warnings = List.copyOf(warnings);
        }

        /** It may be done as it was asked for. */
        public static Allowed asItIs(List<String> warnings) {
            return new Allowed(JsonNodeFactory.instance.arrayNode(), warnings);
        }
    }

    /**
     * It may not be done.
     *
     * @param reason why, for programs
     * @param message why, for people
     */
    record Denied(Reason reason, String message, List<String> warnings) implements AdmissionAnswer {
        public Denied {
            warnings = List.copyOf(warnings);
        }
    }

    /** Reasons as Kubernetes has them. */
    enum Reason {
        FORBIDDEN("Forbidden", 403), INVALID("Invalid", 422), INTERNAL_ERROR("InternalError", 500);

        private final String wireName;
        private final int code;

        Reason(String wireName, int code) {
            this.wireName = wireName;
            this.code = code;
        }

        String wireName() {
            return wireName;
        }

        int code() {
            return code;
        }
    }
}
