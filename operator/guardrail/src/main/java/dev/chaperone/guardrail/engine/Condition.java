package dev.chaperone.guardrail.engine;

import dev.cel.runtime.Program;

/** When a rule matches, or what a variable is. */
sealed interface Condition {
    /** The same for every call. */
    record Constant(boolean matches) implements Condition {}

    /** To be evaluated. */
    record Planned(Program program) implements Condition {}

    /** Could not be compiled for this agent: an evaluation error whenever it is reached. */
    record Fault() implements Condition {}
}
