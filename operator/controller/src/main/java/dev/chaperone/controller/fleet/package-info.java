/** What the parts of the controller say to one another of agents and their pods. Knows none of the parts. */
@NullMarked
package dev.chaperone.controller.fleet;

import org.jspecify.annotations.NullMarked;
