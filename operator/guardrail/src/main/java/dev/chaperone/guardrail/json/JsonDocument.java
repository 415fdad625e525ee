package dev.chaperone.guardrail.json;

/**
 * A document and where the values of its outer members stand in its bytes.
 *
 * @param root the document
 * @param spans where its outer members stand
 */
public record JsonDocument(JsonObject root, Spans spans) {}
