/** The audit trail on disk, until whoever keeps it has acknowledged it. */
@NullMarked
package dev.chaperone.guardrail.spool;

import org.jspecify.annotations.NullMarked;
