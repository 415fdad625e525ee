package dev.chaperone.guardrail.proxy;

import java.time.Duration;

/**
 * What bounds the guardrail's memory and patience, whatever its peers do.
 *
 * @param bodyBytes largest request body
 * @param answerBytes largest answer that is held back whole to be rewritten, and largest event of a stream
 * @param heldBytes most bytes that all requests and answers may hold back together; beyond it requests are refused
 * @param connections most connections from the agent
 * @param headTimeout time to send the head of a request
 * @param bodyTimeout time to send its body
 * @param idleTimeout time that a connection may wait for its next request
 * @param connectTimeout time to reach a tool server
 * @param lookTimeout time that a tool server has to list all of its tools for the guardrail
 * @param drainTimeout time that requests under way get when the guardrail stops
 */
public record Limits(
        int bodyBytes,
        int answerBytes,
        long heldBytes,
        int connections,
        Duration headTimeout,
        Duration bodyTimeout,
        Duration idleTimeout,
        Duration connectTimeout,
        Duration lookTimeout,
        Duration drainTimeout) {
    public static final Limits DEFAULT = new Limits(
            1 << 20,
            4 << 20,
            16 << 20,
            512,
            Duration.ofSeconds(10),
            Duration.ofSeconds(30),
            Duration.ofSeconds(75),
            Duration.ofSeconds(5),
            Duration.ofSeconds(10),
            Duration.ofSeconds(25));
}
