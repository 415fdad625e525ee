/** What a pod's guardrail is, and what of the pod is against the rules of admission. */
@NullMarked
package dev.chaperone.controller.view.guard;

import org.jspecify.annotations.NullMarked;
