package dev.chaperone.controller.fleet;

import dev.chaperone.config.channel.EgressLockReport;
import java.time.Duration;
import java.util.Collections;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** For how long each oversight requirement of a pod is known to hold. Answers from memory, on every replica. */
@FunctionalInterface
public interface LeaseGrants {
    /** Nothing is known to hold. */
    LeaseGrants NONE = (agent, pod, trail, lock) -> Collections.emptySortedMap();

    /**
     * What is known now, when the pod has just spoken. A requirement that is not named does not hold, or lacked for longer
     * than its grace.
     *
     * @param pod UID of the pod
     * @param trail how it stands with its audit trail; null when it exports none
     * @param lock what its egress lock found; null when it says nothing of one
     */
    SortedMap<String, Duration> granted(AgentId agent, String pod, @Nullable TrailReport trail,
            @Nullable EgressLockReport lock);
}
