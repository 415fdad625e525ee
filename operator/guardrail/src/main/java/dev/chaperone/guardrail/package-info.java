/** The guardrail: wiring and entry point. */
@NullMarked
package dev.chaperone.guardrail;

import org.jspecify.annotations.NullMarked;
