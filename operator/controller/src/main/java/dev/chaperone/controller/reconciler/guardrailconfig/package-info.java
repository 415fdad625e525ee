/** GuardrailConfigs: kept as planned, with what pods have come to run. */
@NullMarked
package dev.chaperone.controller.reconciler.guardrailconfig;

import org.jspecify.annotations.NullMarked;
