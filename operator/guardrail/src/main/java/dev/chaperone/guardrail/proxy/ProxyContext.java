package dev.chaperone.guardrail.proxy;

import dev.chaperone.guardrail.config.ActiveConfig;
import dev.chaperone.guardrail.engine.OversightState;
import dev.chaperone.guardrail.state.Credentials;
import dev.chaperone.guardrail.state.McpSessionIds;
import dev.chaperone.guardrail.state.Session;
import dev.chaperone.guardrail.telemetry.Evidence;
import dev.chaperone.guardrail.telemetry.Metrics;
import java.time.Clock;
import java.util.Set;
import java.util.function.Supplier;

/**
 * What every exchange needs.
 *
 * @param config what decides
 * @param oversight which oversight requirements are known to hold now
 * @param session the session that all calls belong to
 * @param sessionIds seals the ids of MCP sessions
 * @param credentials the tool servers' credentials
 * @param sightings what tool servers were seen to say of pinned tools
 * @param evidence the audit trail
 * @param metrics the metrics
 * @param clock the time of calls
 * @param limits what bounds memory and patience
 * @param hosts names under which the guardrail may be addressed, in lower case, without port
 */
public record ProxyContext(
        ActiveConfig config,
        Supplier<OversightState> oversight,
        Session session,
        McpSessionIds sessionIds,
        Credentials credentials,
        Sightings sightings,
        Evidence evidence,
        Metrics metrics,
        Clock clock,
        Limits limits,
        Set<String> hosts) {}
