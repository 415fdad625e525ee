/** The one {@link dev.chaperone.api.GuardrailShape}: which guardrails pods may be created with. */
@NullMarked
package dev.chaperone.operator.shape;

import org.jspecify.annotations.NullMarked;
