/** From a plan and what guardrails reported to statuses. Pure; the clock is given. */
@NullMarked
package dev.chaperone.controller.status;

import org.jspecify.annotations.NullMarked;
