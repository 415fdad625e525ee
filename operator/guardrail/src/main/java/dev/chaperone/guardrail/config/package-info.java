/** Where the config comes from, and which one decides now. */
@NullMarked
package dev.chaperone.guardrail.config;

import org.jspecify.annotations.NullMarked;
