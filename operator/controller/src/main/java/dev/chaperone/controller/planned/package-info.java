/** The plan that is in force on this replica, and what is new in it. */
@NullMarked
package dev.chaperone.controller.planned;

import org.jspecify.annotations.NullMarked;
