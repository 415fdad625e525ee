/**
 * The audit trail as lines that vouch for one another: what a guardrail writes, the operator checks as it comes, and the
 * command checks afterwards.
 */
@NullMarked
package dev.chaperone.config.audit;

import org.jspecify.annotations.NullMarked;
