/** What oversight policies together require of one agent. Pure. */
@NullMarked
package dev.chaperone.policy.oversight;

import org.jspecify.annotations.NullMarked;
