package dev.chaperone.controller.plan;

import dev.chaperone.config.CanonicalJson;
import dev.chaperone.config.Digests;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The tokens of one agent. Printing them prints no token.
 *
 * @param tokens by the tool server that each is for
 * @param digest of the canonical JSON of the tokens
 */
public record Credentials(SortedMap<String, String> tokens, String digest) {
    /** Nothing. */
    public static final Credentials NONE = of(Collections.emptySortedMap());

    static Credentials of(SortedMap<String, String> tokens) {
        SortedMap<String, String> copy = Collections.unmodifiableSortedMap(new TreeMap<>(tokens));
        return new Credentials(copy, Digests.of(CanonicalJson.bytes(copy, null)));
    }

    @Override
    public String toString() {
        return "Credentials" + tokens.keySet();
    }
}
