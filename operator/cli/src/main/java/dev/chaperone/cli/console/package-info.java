/** Where people read what the command says. */
@NullMarked
package dev.chaperone.cli.console;

import org.jspecify.annotations.NullMarked;
