/**
 * What becomes of the audit trails that guardrails send: {@code TrailVerifier} finds out whether the lines follow what is
 * known of their boot, an {@code EvidenceSink} keeps them, and whoever listens to {@code BrokenTrails} is told where a
 * trail does not follow itself. Nothing here knows who sent them, or how.
 */
@NullMarked
package dev.chaperone.controller.evidence;

import org.jspecify.annotations.NullMarked;
