/** Evicts pods whose fault it is that oversight is not in force, one at a time and never in a loop. */
@NullMarked
package dev.chaperone.controller.reconciler.eviction;

import org.jspecify.annotations.NullMarked;
