/** Takes the census of each agent, and tells of it. */
@NullMarked
package dev.chaperone.controller.reconciler.census;

import org.jspecify.annotations.NullMarked;
