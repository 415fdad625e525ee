/** JSON values as the decision engine and the proxy see them, and the one strict way to read them. */
@NullMarked
package dev.chaperone.guardrail.json;

import org.jspecify.annotations.NullMarked;
