package dev.chaperone.controller.channel;

import java.net.InetSocketAddress;
import java.util.Set;

/** Where the other replicas serve their channel. */
@FunctionalInterface
public interface Peers {
    /** Addresses of all replicas but this one, those that are not ready among them. Asked often: answer from memory. */
    Set<InetSocketAddress> addresses();
}
