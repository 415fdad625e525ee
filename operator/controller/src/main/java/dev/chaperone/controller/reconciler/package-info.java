/** Writes what the plan says, on the leader alone, and nothing where that is there already. */
@NullMarked
package dev.chaperone.controller.reconciler;

import org.jspecify.annotations.NullMarked;
