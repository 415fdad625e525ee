package dev.chaperone.guardrail.engine;

/** What came of a rule's condition for a call. */
sealed interface Outcome {
    Outcome MATCH = new Match();
    Outcome NO_MATCH = new NoMatch();

    record Match() implements Outcome {}

    record NoMatch() implements Outcome {}

    /** @param kind a short class of error, never payload */
    record Failed(String kind) implements Outcome {}

    Outcome WORK_LIMIT = new Failed("work_limit");
    Outcome FAULT = new Failed("fault");
    Outcome NOT_A_BOOL = new Failed("not_a_bool");
}
