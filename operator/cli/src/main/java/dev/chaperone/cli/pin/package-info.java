/** Reads what tool servers list, and writes digests of it into manifests. */
@NullMarked
package dev.chaperone.cli.pin;

import org.jspecify.annotations.NullMarked;
