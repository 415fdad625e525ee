/** The reverse proxy: HTTP on Netty, from the agent to the tool servers and back. */
@NullMarked
package dev.chaperone.guardrail.proxy;

import org.jspecify.annotations.NullMarked;
