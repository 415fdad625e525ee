/** What the guardrail says of itself: audit trail, metrics, health. */
@NullMarked
package dev.chaperone.guardrail.telemetry;

import org.jspecify.annotations.NullMarked;
