/** Statuses of tool servers. */
@NullMarked
package dev.chaperone.controller.reconciler.server;

import org.jspecify.annotations.NullMarked;
