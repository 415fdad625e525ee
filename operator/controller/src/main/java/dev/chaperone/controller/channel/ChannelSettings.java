package dev.chaperone.controller.channel;

import java.time.Duration;

/**
 * What bounds the channel's memory and patience, whatever its peers do.
 *
 * @param port where it listens; 0 for any that is free
 * @param longPoll how long a request that has nothing to be told is held, which is the guardrails' heartbeat
 * @param connections most connections
 * @param connectionsPerAddress most connections from one address; some networks show all pods of a node as one
 * @param idleTimeout how long a connection may be silent; longer than {@code longPoll}
 * @param headerBytes largest head of a request; a token has about 1 KiB
 * @param bodyBytes largest body of a request that carries no evidence
 * @param reviews most tokens that the API server is asked about at once
 * @param reviewQueueTimeout how long a token may wait to be asked about
 * @param reviewLifetime how long the API server's yes is believed
 */
public record ChannelSettings(
        int port,
        Duration longPoll,
        int connections,
        int connectionsPerAddress,
        Duration idleTimeout,
        int headerBytes,
        int bodyBytes,
        int reviews,
        Duration reviewQueueTimeout,
        Duration reviewLifetime) {
    /** Port of every replica. */
    public static final int PORT = 8443;

    public static final ChannelSettings DEFAULT = new ChannelSettings(
            PORT,
            Duration.ofSeconds(10),
            8192,
            512,
            Duration.ofSeconds(30),
            16 << 10,
            64 << 10,
            16,
            Duration.ofSeconds(2),
            Duration.ofSeconds(60));

    /** These, on another port. */
    public ChannelSettings withPort(int other) {
        return new ChannelSettings(other, longPoll, connections, connectionsPerAddress, idleTimeout, headerBytes,
                bodyBytes, reviews, reviewQueueTimeout, reviewLifetime);
    }

    /** These, with another heartbeat. */
    public ChannelSettings withLongPoll(Duration other) {
        return new ChannelSettings(port, other, connections, connectionsPerAddress, idleTimeout, headerBytes,
                bodyBytes, reviews, reviewQueueTimeout, reviewLifetime);
    }

    /** These, with another limit of connections. */
    public ChannelSettings withConnectionsPerAddress(int other) {
        return new ChannelSettings(port, longPoll, connections, other, idleTimeout, headerBytes, bodyBytes, reviews,
                reviewQueueTimeout, reviewLifetime);
    }
}
