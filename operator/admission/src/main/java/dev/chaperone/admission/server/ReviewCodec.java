package dev.chaperone.admission.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.chaperone.admission.server.AdmissionAnswer.Allowed;
import dev.chaperone.admission.server.AdmissionAnswer.Denied;
import dev.chaperone.admission.server.AdmissionRequest.Kind;
import dev.chaperone.admission.server.AdmissionRequest.Operation;
import dev.chaperone.config.JsonTrees;
import java.io.IOException;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** AdmissionReviews of {@code admission.k8s.io/v1}. Unknown members are left alone: API servers are newer than we are. */
final class ReviewCodec {
    private static final String API_VERSION = "admission.k8s.io/v1";
    private static final String KIND = "AdmissionReview";

    private ReviewCodec() {}

    /** @throws ReviewException when the document is no question */
    static AdmissionRequest read(byte[] document) throws ReviewException {
        JsonNode review;
        try {
            review = JsonTrees.readEveryDigit(document);
        } catch (IOException e) {
            throw new ReviewException("the body is not one JSON document");
        }
        if (!API_VERSION.equals(review.path("apiVersion").textValue())
                || !KIND.equals(review.path("kind").textValue())) {
            throw new ReviewException("the body is no " + KIND + " of " + API_VERSION);
        }
        if (!(review.path("request") instanceof ObjectNode request)) {
            throw new ReviewException("the review has no request");
        }
        JsonNode kind = request.path("kind");
        return new AdmissionRequest(
                text(request, "uid"),
                new Kind(kind.path("group").asText(), text(kind, "version"), text(kind, "kind")),
                optional(request, "subResource"), operation(request), optional(request, "namespace"),
                request.path("name").asText(), text(request.path("userInfo"), "username"),
                request.path("dryRun").asBoolean(), object(request, "object"), object(request, "oldObject"));
    }

    private static Operation operation(JsonNode request) throws ReviewException {
        String name = text(request, "operation");
        for (Operation operation : Operation.values()) {
            if (operation.name().equals(name)) {
                return operation;
            }
        }
        throw new ReviewException("the review's operation is not known");
    }

    private static String text(JsonNode parent, String name) throws ReviewException {
        String text = optional(parent, name);
        if (text == null) {
            throw new ReviewException("the review has no " + name);
        }
        return text;
    }

    private static @Nullable String optional(JsonNode parent, String name) {
        String text = parent.path(name).textValue();
        return text == null || text.isEmpty() ? null : text;
    }

    private static @Nullable JsonNode object(JsonNode request, String name) throws ReviewException {
        JsonNode object = request.path(name);
        if (object.isMissingNode() || object.isNull()) {
            return null;
        }
        if (!object.isObject()) {
            throw new ReviewException("the review's " + name + " is no object");
        }
        return object;
    }

    static byte[] write(String uid, AdmissionAnswer answer) {
        ObjectNode review = JsonNodeFactory.instance.objectNode();
        review.put("apiVersion", API_VERSION);
        review.put("kind", KIND);
        ObjectNode response = review.putObject("response");
        response.put("uid", uid);
        try {
            switch (answer) {
                case Allowed allowed -> {
                    response.put("allowed", true);
                    if (!allowed.patch().isEmpty()) {
                        response.put("patchType", "JSONPatch");
                        response.put("patch", Base64.getEncoder().encodeToString(JsonTrees.write(allowed.patch())));
                    }
                }
                case Denied denied -> {
                    response.put("allowed", false);
                    response.putObject("status")
                            .put("code", denied.reason().code())
                            .put("reason", denied.reason().wireName())
                            .put("message", denied.message());
                }
            }
            if (!answer.warnings().isEmpty()) {
                ArrayNode warnings = response.putArray("warnings");
                answer.warnings().forEach(warnings::add);
            }
            return JsonTrees.write(review);
        } catch (IOException e) {
            throw new IllegalStateException("the answer cannot be written as JSON", e);
        }
    }
}
