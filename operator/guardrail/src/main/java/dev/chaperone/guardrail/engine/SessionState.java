package dev.chaperone.guardrail.engine;

import java.time.Instant;

/**
 * What is known of the session that a call belongs to.
 *
 * @param id the session; decides the canary arm
 * @param startedAt when it began
 * @param ended whether a policy ended it; every call is then denied
 */
public record SessionState(String id, Instant startedAt, boolean ended) {}
