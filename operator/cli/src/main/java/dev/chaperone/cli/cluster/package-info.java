/** How commands reach a cluster. */
@NullMarked
package dev.chaperone.cli.cluster;

import org.jspecify.annotations.NullMarked;
