/** The {@code chaperone} command. */
@NullMarked
package dev.chaperone.cli;

import org.jspecify.annotations.NullMarked;
