/** NetworkPolicies: kept as planned, one for each agent of which egress is required. */
@NullMarked
package dev.chaperone.controller.reconciler.egress;

import org.jspecify.annotations.NullMarked;
