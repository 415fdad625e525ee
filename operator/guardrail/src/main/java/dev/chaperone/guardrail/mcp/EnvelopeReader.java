package dev.chaperone.guardrail.mcp;

import dev.chaperone.config.Capability;
import dev.chaperone.config.DenialCode;
import dev.chaperone.guardrail.json.JsonArray;
import dev.chaperone.guardrail.json.JsonDocument;
import dev.chaperone.guardrail.json.JsonObject;
import dev.chaperone.guardrail.json.MalformedJsonException;
import dev.chaperone.guardrail.json.Spans.Span;
import dev.chaperone.guardrail.json.StrictJson;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads what an agent posts: JSON with one meaning only, one JSON-RPC message, of one era, of a known method, and
 * headers that say what the body says. Whatever does not fit is refused.
 */
public final class EnvelopeReader {
    static final String META_VERSION = "io.modelcontextprotocol/protocolVersion";
    static final String META_CAPABILITIES = "io.modelcontextprotocol/clientCapabilities";

    private static final Set<String> REQUEST_MEMBERS = Set.of("jsonrpc", "id", "method", "params");
    private static final Set<String> RESPONSE_MEMBERS = Set.of("jsonrpc", "id", "result", "error");
    private static final Set<String> CALL_MEMBERS = Set.of("name", "arguments", "_meta", "requestState");
    // What is read here, or belongs to the guardrail.
    private static final Set<String> PARAMETERS = Set.of("name", "arguments", "_meta", "requestState", "inputResponses",
            "task", "taskId", "uri", "capabilities", "protocolVersion");
    private static final Set<String> METADATA = Set.of(META_VERSION, META_CAPABILITIES);
    private static final int MAX_ID_LENGTH = 256;
    // What a name may consist of, by the specification; it also keeps names apart from '/' and from look-alikes.
    private static final Pattern TOOL_NAME = Pattern.compile("[A-Za-z0-9_.-]{1,128}");

    private EnvelopeReader() {}

    /**
     * Reads a request body.
     *
     * @param headers the fields it came with
     * @param body the bytes, not compressed
     * @param allowed the capabilities that may pass
     * @throws RefusedException when the message must not pass
     */
    public static McpMessage read(Headers headers, byte[] body, Set<Capability> allowed) throws RefusedException {
        JsonDocument document = parse(body);
        JsonObject root = document.root();
        if (!"2.0".equals(root.get("jsonrpc"))) {
            throw RefusedException.invalid("not a JSON-RPC 2.0 message");
        }
        return root.containsKey("method")
                ? new Envelope(headers, document, body, allowed).read()
                : response(headers, document, body, allowed);
    }

    /** The id that an answer to this body would carry, for bodies that are refused; null when there is none to find. */
    public static @Nullable JsonRpcId replyTo(byte[] body) {
        try {
            JsonDocument document = StrictJson.parseDocument(body);
            return document.root().containsKey("method") && document.root().containsKey("id")
                    ? id(document, body)
                    : null;
        } catch (MalformedJsonException | RefusedException e) {
            return null;
        }
    }

    private static JsonDocument parse(byte[] body) throws RefusedException {
        try {
            return StrictJson.parseDocument(body);
        } catch (MalformedJsonException e) {
            boolean json = e.reason() == MalformedJsonException.Reason.NOT_AN_OBJECT;
            throw new RefusedException(
                    400,
                    json ? RefusedException.INVALID_REQUEST : RefusedException.PARSE_ERROR,
                    DenialCode.INVALID_REQUEST,
                    json
                            ? "one JSON-RPC message is expected, and batches are not taken"
                            : String.valueOf(e.getMessage()));
        }
    }

    private static McpMessage response(Headers headers, JsonDocument document, byte[] body, Set<Capability> allowed)
            throws RefusedException {
        JsonObject root = document.root();
        if (!RESPONSE_MEMBERS.containsAll(root.keySet()) || !root.containsKey("id")
                || root.containsKey("result") == root.containsKey("error")) {
            throw RefusedException.invalid("neither a request nor a response of JSON-RPC");
        }
        id(document, body);
        String version = headers.single("mcp-protocol-version");
        if (version != null && Era.isModern(version)) {
            throw RefusedException.invalid("a client posts no responses in this protocol version");
        }
        // The answer to a ping is empty. Any other answers a request of a capability that has to be allowed.
        boolean answersPing = root.get("result") instanceof JsonObject result && result.isEmpty();
        if (!answersPing && !root.containsKey("error") && !mayAsk(allowed)) {
            throw new RefusedException(
                    400, RefusedException.REFUSED, DenialCode.INVALID_REQUEST, "this server may not ask anything");
        }
        return new McpMessage.Response(Era.LEGACY, body);
    }

    private static boolean mayAsk(Set<Capability> allowed) {
        return allowed.contains(Capability.SAMPLING) || allowed.contains(Capability.ELICITATION)
                || allowed.contains(Capability.ROOTS) || allowed.contains(Capability.TASKS);
    }

    private static JsonRpcId id(JsonDocument document, byte[] body) throws RefusedException {
        Object id = document.root().get("id");
        Span span = document.spans().of("/id");
        if (!(id instanceof String || id instanceof Long) || span == null
                || span.end() - span.start() > MAX_ID_LENGTH) {
            throw RefusedException.invalid("the id of a request is a short string or an integer");
        }
        return new JsonRpcId(new String(body, span.start(), span.end() - span.start(), StandardCharsets.UTF_8));
    }

    /** A message with a method: a request or a notification. */
    private record Envelope(Headers headers, JsonDocument document, byte[] body, Set<Capability> allowed) {
        McpMessage read() throws RefusedException {
            JsonObject root = document.root();
            if (!REQUEST_MEMBERS.containsAll(root.keySet())) {
                throw RefusedException.invalid("a member that JSON-RPC does not have");
            }
            if (!(root.get("method") instanceof String name)) {
                throw RefusedException.invalid("the method is a string");
            }
            if (root.containsKey("params") && !(root.get("params") instanceof JsonObject)) {
                throw RefusedException.invalid("params is an object");
            }
            checkSpelling(params(), PARAMETERS);
            if (params().get("_meta") instanceof JsonObject meta) {
                checkSpelling(meta, METADATA);
            }
            boolean notification = !root.containsKey("id");
            JsonRpcId id = notification ? null : EnvelopeReader.id(document, body);
            Era era = era(notification);
            McpMethod method = McpMethod.named(name);
            if (method != null && method.isNotification() != notification) {
                throw RefusedException.invalid(
                        notification ? "a request needs an id" : "a notification has no id");
            }
            if (method == null || !method.passes(era, allowed)) {
                throw new RefusedException(
                        era == Era.MODERN ? 404 : notification ? 400 : 200,
                        RefusedException.METHOD_NOT_FOUND,
                        DenialCode.INVALID_REQUEST,
                        "method not found");
            }
            if (era == Era.MODERN) {
                MirroredHeaders.check(headers, method, params());
            }
            byte[] upstream = ClientCapabilities.restrict(document, body, era, method, allowed);
            if (id == null) {
                return new McpMessage.Notification(era, name, upstream);
            }
            return method == McpMethod.CALL_TOOL
                    ? toolCall(era, id, upstream)
                    : new McpMessage.OtherRequest(era, id, name, method.answerIsRewritten(), upstream);
        }

        private JsonObject params() {
            return document.root().get("params") instanceof JsonObject params ? params : JsonObject.EMPTY;
        }

        /** The body says the era; the header has to agree. */
        private Era era(boolean notification) throws RefusedException {
            String header = headers.single("mcp-protocol-version");
            Object declared = params().get("_meta") instanceof JsonObject meta ? meta.get(META_VERSION) : null;
            if (declared == null) {
                if (header == null || !Era.isModern(header)) {
                    return Era.LEGACY;
                }
                if (notification) {
                    return Era.MODERN;
                }
                throw new RefusedException(
                        400,
                        RefusedException.INVALID_PARAMS,
                        DenialCode.INVALID_REQUEST,
                        "params._meta must carry " + META_VERSION);
            }
            if (!(declared instanceof String version)) {
                throw RefusedException.invalid("the protocol version is a string");
            }
            if (!version.equals(header)) {
                throw RefusedException.headerMismatch("MCP-Protocol-Version does not match the body");
            }
            if (!version.equals(Era.MODERN_VERSION)) {
                throw RefusedException.unsupportedVersion(version);
            }
            if (!(params().get("_meta") instanceof JsonObject meta
                    && meta.get(META_CAPABILITIES) instanceof JsonObject)) {
                throw new RefusedException(
                        400,
                        RefusedException.INVALID_PARAMS,
                        DenialCode.INVALID_REQUEST,
                        "params._meta must carry " + META_CAPABILITIES);
            }
            return Era.MODERN;
        }

        private McpMessage toolCall(Era era, JsonRpcId id, byte[] upstream) throws RefusedException {
            JsonObject params = params();
            for (String member : params.keySet()) {
                boolean known = CALL_MEMBERS.contains(member)
                        // Modern servers ignore it; 2026-07-28 wants such calls answered all the same.
                        || (member.equals("task") && allowed.contains(Capability.TASKS))
                        || (member.equals("inputResponses") && era == Era.MODERN && mayAsk(allowed));
                if (!known) {
                    throw RefusedException.invalid("a member of params that a tool call does not have");
                }
            }
            if (!(params.get("name") instanceof String tool) || !isToolName(tool)) {
                throw RefusedException.invalid("a tool's name consists of letters, digits, '_', '.' and '-'");
            }
            Object arguments = params.getOrDefault("arguments", JsonObject.EMPTY);
            if (!(arguments instanceof JsonObject object)) {
                throw RefusedException.invalid("the arguments of a tool are an object");
            }
            checkSiblings(object);
            return new McpMessage.ToolCallRequest(era, id, tool, object, upstream);
        }
    }

    // Some servers take keys without regard to case, and would read another member than the one that was judged.
    private static void checkSpelling(JsonObject object, Set<String> members) throws RefusedException {
        for (String key : object.keySet()) {
            if (!members.contains(key) && members.stream().anyMatch(key::equalsIgnoreCase)) {
                throw RefusedException.invalid("a member in another spelling");
            }
        }
    }

    /** Members of the arguments that differ in case only: which of them counts is a matter of who reads. */
    private static void checkSiblings(Object value) throws RefusedException {
        if (value instanceof JsonArray array) {
            for (Object element : array) {
                checkSiblings(element);
            }
        } else if (value instanceof JsonObject object) {
            Set<String> spellings = new HashSet<>();
            for (Map.Entry<String, Object> member : object.entrySet()) {
                if (!spellings.add(folded(member.getKey()))) {
                    throw RefusedException.invalid("the arguments name a member in two spellings");
                }
                checkSiblings(member.getValue());
            }
        }
    }

    // As String.equalsIgnoreCase compares, which takes the long s and the Kelvin sign for letters too.
    private static String folded(String key) {
        for (int i = 0; i < key.length(); i++) {
            char c = key.charAt(i);
            if (c >= 0x80 || (c >= 'A' && c <= 'Z')) {
                StringBuilder folded = new StringBuilder(key.length());
                key.chars().forEach(each -> folded.append(Character.toLowerCase(Character.toUpperCase((char) each))));
                return folded.toString();
            }
        }
        return key;
    }

    static boolean isToolName(String name) {
        return TOOL_NAME.matcher(name).matches();
    }

    /** The protocol versions named to a client that asked for another. */
    static List<String> supportedVersions() {
        return List.of(Era.MODERN_VERSION);
    }
}
