/** What admission asks, answered by what the controller knows: the two never know of one another. */
@NullMarked
package dev.chaperone.operator.admission;

import org.jspecify.annotations.NullMarked;
