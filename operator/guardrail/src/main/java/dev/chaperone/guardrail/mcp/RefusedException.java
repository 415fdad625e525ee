package dev.chaperone.guardrail.mcp;

import dev.chaperone.config.DenialCode;
import org.jspecify.annotations.Nullable;

/**
 * A message that does not pass, before or apart from any policy. Carries what the peer is told, and of what it sent
 * only the protocol version, which the specification wants repeated.
 */
public final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    /** JSON-RPC 2.0: the bytes are not JSON. */
    static final int PARSE_ERROR = -32700;
    /** JSON-RPC 2.0: the JSON is not a request. */
    static final int INVALID_REQUEST = -32600;
    /** JSON-RPC 2.0: there is no such method, or not for this agent. */
    static final int METHOD_NOT_FOUND = -32601;
    /** JSON-RPC 2.0: the parameters are not those of the method. */
    static final int INVALID_PARAMS = -32602;
    /** MCP 2026-07-28: a header does not say what the body says. */
    static final int HEADER_MISMATCH = -32020;
    /** MCP 2026-07-28: a protocol version that is not spoken here. */
    private static final int UNSUPPORTED_VERSION = -32022;
    /** Ours, outside the ranges that JSON-RPC and MCP reserve: the guardrail does not let this pass. */
    static final int REFUSED = -31001;

    private final int status;
    private final int rpcCode;
    private final DenialCode code;
    private final @Nullable String requestedVersion;

    RefusedException(int status, int rpcCode, DenialCode code, String message) {
        this(status, rpcCode, code, message, null);
    }

    private RefusedException(
            int status, int rpcCode, DenialCode code, String message, @Nullable String requestedVersion) {
        super(message, null, false, false);
        this.status = status;
        this.rpcCode = rpcCode;
        this.code = code;
        this.requestedVersion = requestedVersion;
    }

    /** The request is malformed, or two readers may read it differently. */
    public static RefusedException invalid(String message) {
        return new RefusedException(400, INVALID_REQUEST, DenialCode.INVALID_REQUEST, message);
    }

    /** As {@link #invalid}, with another HTTP status. */
    public static RefusedException http(int status, String message) {
        return new RefusedException(status, INVALID_REQUEST, DenialCode.INVALID_REQUEST, message);
    }

    /** The guardrail cannot serve this now. */
    public static RefusedException unavailable(DenialCode code, String message) {
        return new RefusedException(503, REFUSED, code, message);
    }

    /** No such tool server is declared for the agent. */
    public static RefusedException unknownServer() {
        return new RefusedException(404, REFUSED, DenialCode.UNKNOWN_TOOL, "no such tool server");
    }

    /** The tool server did not answer as it should. */
    public static RefusedException badGateway(String message) {
        return new RefusedException(502, REFUSED, DenialCode.INTERNAL_ERROR, message);
    }

    static RefusedException headerMismatch(String message) {
        return new RefusedException(400, HEADER_MISMATCH, DenialCode.INVALID_REQUEST, message);
    }

    static RefusedException unsupportedVersion(String requested) {
        return new RefusedException(
                400, UNSUPPORTED_VERSION, DenialCode.INVALID_REQUEST, "unsupported protocol version", requested);
    }

    /** HTTP status of the answer. */
    public int status() {
        return status;
    }

    /** {@code error.code} of the JSON-RPC answer. */
    public int rpcCode() {
        return rpcCode;
    }

    public DenialCode code() {
        return code;
    }

    /** The protocol version that was asked for and is not spoken here; null when that is not the reason. */
    @Nullable
    String requestedVersion() {
        return requestedVersion;
    }
}
