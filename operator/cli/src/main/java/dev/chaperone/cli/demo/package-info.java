/** The demonstration: a real tool server, a guardrail in front of it, and an agent that tries things. */
@NullMarked
package dev.chaperone.cli.demo;

import org.jspecify.annotations.NullMarked;
