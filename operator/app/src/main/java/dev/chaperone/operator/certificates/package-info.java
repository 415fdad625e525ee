/** The operator's certificates: an authority of its own, and what its servers present. Nobody has to install any. */
@NullMarked
package dev.chaperone.operator.certificates;

import org.jspecify.annotations.NullMarked;
