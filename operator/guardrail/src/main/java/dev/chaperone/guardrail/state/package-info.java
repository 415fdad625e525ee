/** What outlives a call and a restart: the session, its end, and the ids of MCP sessions. */
@NullMarked
package dev.chaperone.guardrail.state;

import org.jspecify.annotations.NullMarked;
