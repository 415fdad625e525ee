/** Decides tool calls: a pure function of a loaded bundle, the state of oversight and session, and the call. */
@NullMarked
package dev.chaperone.guardrail.engine;

import org.jspecify.annotations.NullMarked;
