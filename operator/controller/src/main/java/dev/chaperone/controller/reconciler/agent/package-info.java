/** Agents: kept as planned, deleted when their workload is gone. */
@NullMarked
package dev.chaperone.controller.reconciler.agent;

import org.jspecify.annotations.NullMarked;
