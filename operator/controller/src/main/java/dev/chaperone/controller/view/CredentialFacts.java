package dev.chaperone.controller.view;

import java.util.Map;

/**
 * A Secret of the operator's namespace that is offered to tool servers.
 *
 * @param namespaces the annotation {@code chaperone.dev/namespaces}; empty when it has none
 * @param hosts the annotation {@code chaperone.dev/hosts}; empty when it has none
 * @param tokens its keys, decoded
 */
public record CredentialFacts(String name, String namespaces, String hosts, Map<String, String> tokens) {
    public CredentialFacts {
        tokens = Map.copyOf(tokens);
    }

    /** Without the tokens, which belong into no log. */
    @Override
    public String toString() {
        return "CredentialFacts[" + name + ", " + namespaces + ", " + hosts + ", " + tokens.keySet() + "]";
    }
}
