package dev.chaperone.guardrail.mcp;

/**
 * The id of a request, as the bytes in which the client wrote it, so that the answer carries the very same.
 *
 * @param json a JSON string or integer
 */
public record JsonRpcId(String json) {}
