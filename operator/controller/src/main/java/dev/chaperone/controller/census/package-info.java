/** Counts the pods that run against what should be there. Pure. */
@NullMarked
package dev.chaperone.controller.census;

import org.jspecify.annotations.NullMarked;
