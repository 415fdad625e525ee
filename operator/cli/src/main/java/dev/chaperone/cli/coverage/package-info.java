/** What the census of a cluster found, for people and programs. */
@NullMarked
package dev.chaperone.cli.coverage;

import org.jspecify.annotations.NullMarked;
