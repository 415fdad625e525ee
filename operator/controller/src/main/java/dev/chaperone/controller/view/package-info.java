/** What the cluster holds, as far as the operator needs it: informers, and the immutable snapshots made of them. */
@NullMarked
package dev.chaperone.controller.view;

import org.jspecify.annotations.NullMarked;
