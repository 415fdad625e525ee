/** Statuses of oversight policies. */
@NullMarked
package dev.chaperone.controller.reconciler.oversight;

import org.jspecify.annotations.NullMarked;
