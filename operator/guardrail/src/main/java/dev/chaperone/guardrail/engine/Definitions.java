package dev.chaperone.guardrail.engine;

/** What one tool server was seen to say of its tools. */
public interface Definitions {
    /** Nothing was seen. */
    Definitions UNSEEN = (_, _) -> State.UNKNOWN;
    /** Whatever is pinned is what the server says, for those who ask no server. */
    Definitions AS_PINNED = (_, _) -> State.AS_PINNED;

    /** How the definition of a tool compares with the pinned one. */
    enum State {
        /** It is the pinned one, and was not long ago. */
        AS_PINNED,
        /** It is another one, or the server has no such tool. */
        CHANGED,
        /** It was not seen, or not lately. */
        UNKNOWN
    }

    /** @param pinned the digest of the definition that was reviewed */
    State state(String tool, String pinned);
}
