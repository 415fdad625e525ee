/** The Model Context Protocol as a guardrail has to understand it. Pure: bytes and headers in, sealed answers out. */
@NullMarked
package dev.chaperone.guardrail.mcp;

import org.jspecify.annotations.NullMarked;
