/** The webhooks' configurations, which the operator owns: an upgrade of the chart leaves them alone. */
@NullMarked
package dev.chaperone.operator.webhooks;

import org.jspecify.annotations.NullMarked;
