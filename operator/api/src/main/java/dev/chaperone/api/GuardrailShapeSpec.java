package dev.chaperone.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Trees as the API server has them, defaults included, because an admission policy compares them whole.
 *
 * @param containers the containers that a new pod may bring, the one that is injected now first; the one of the release
 *     before stands behind it, so that pods admitted during an upgrade are not refused
 * @param locks the egress locks that a new pod may bring behind its guardrail, in the same order; null for none
 * @param volumes the volumes that only the guardrail mounts
 * @param earlier digests of what was injected before, the newest first, so that pods which still have it are known; none
 *     of them admits a pod
 * @param exempt the ServiceAccounts whose pods need no guardrail, each {@code namespace/name}, in order; absent when there
 *     are none
 */
public record GuardrailShapeSpec(
        List<JsonNode> containers, @Nullable List<JsonNode> locks, List<JsonNode> volumes,
        @Nullable List<String> earlier, @Nullable List<String> exempt) {
    /** Most digests that are kept. */
    public static final int EARLIER = 64;

    /** Most ServiceAccounts that are exempt. */
    public static final int EXEMPT = 1024;
}
