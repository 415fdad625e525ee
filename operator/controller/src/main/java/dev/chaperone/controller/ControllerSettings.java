package dev.chaperone.controller;

import dev.chaperone.controller.plan.EgressSettings;
import java.time.Duration;

/**
 * @param namespace the operator's namespace
 * @param identity names this replica among those that want to lead
 * @param heartbeat how old a pod's report may be before it is no longer counted
 * @param startTimeout how long reading the cluster for the first time may take
 * @param egress what every agent's pods may reach
 */
public record ControllerSettings(
        String namespace, String identity, Duration heartbeat, Duration startTimeout, EgressSettings egress) {
    /** Pods report every ten seconds; three times that and a little. */
    private static final Duration HEARTBEAT = Duration.ofSeconds(35);

    private static final Duration START_TIMEOUT = Duration.ofMinutes(2);

    public ControllerSettings(String namespace, String identity) {
        this(namespace, identity, HEARTBEAT, START_TIMEOUT);
    }

    /** With the cluster's DNS where most clusters have it. */
    public ControllerSettings(String namespace, String identity, Duration heartbeat, Duration startTimeout) {
        this(namespace, identity, heartbeat, startTimeout, EgressSettings.of(namespace, EgressSettings.DNS));
    }
}
