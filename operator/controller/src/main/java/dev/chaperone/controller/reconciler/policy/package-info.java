/** Statuses of policies, and storing what was accepted. */
@NullMarked
package dev.chaperone.controller.reconciler.policy;

import org.jspecify.annotations.NullMarked;
