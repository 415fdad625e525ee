package dev.chaperone.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * Trees as the API server has them, defaults included, because an admission policy compares them whole.
 *
 * @param containers the containers that a new pod may bring, the one that is injected now first; the one of the release
 *     before stands behind it, so that pods admitted during an upgrade are not refused
 * @param volumes the volumes that only the guardrail mounts
 */
public record GuardrailShapeSpec(List<JsonNode> containers, List<JsonNode> volumes) {}
