/** Creates what a governed namespace lacks. */
@NullMarked
package dev.chaperone.controller.reconciler.namespace;

import org.jspecify.annotations.NullMarked;
