/**
 * Whether the oversight that policies require is in force, for each agent and each of its pods, and for how long a
 * guardrail may count on it. What is concluded is pure; {@link dev.chaperone.controller.oversight.OversightMonitor}
 * looks again and again.
 */
@NullMarked
package dev.chaperone.controller.oversight;

import org.jspecify.annotations.NullMarked;
