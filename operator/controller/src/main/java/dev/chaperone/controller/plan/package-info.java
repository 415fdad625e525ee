/** From a snapshot of the cluster to what should be: agents, their configs and credentials. Pure. */
@NullMarked
package dev.chaperone.controller.plan;

import org.jspecify.annotations.NullMarked;
