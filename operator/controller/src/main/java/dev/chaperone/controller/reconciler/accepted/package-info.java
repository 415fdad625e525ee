/** Accepted specs that are no longer needed. */
@NullMarked
package dev.chaperone.controller.reconciler.accepted;

import org.jspecify.annotations.NullMarked;
