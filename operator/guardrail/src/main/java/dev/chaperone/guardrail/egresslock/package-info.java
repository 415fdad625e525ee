/**
 * The egress lock: what runs as root for a moment before any container of the agent, so that from then on only the
 * guardrail's user gets out of the pod. A program of its own; nothing of the guardrail's own way depends on it.
 */
@NullMarked
package dev.chaperone.guardrail.egresslock;

import org.jspecify.annotations.NullMarked;
