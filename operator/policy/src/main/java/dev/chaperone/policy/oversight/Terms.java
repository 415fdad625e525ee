package dev.chaperone.policy.oversight;

import dev.chaperone.api.OversightRules.Decider;
import dev.chaperone.api.OversightRules.Destination;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/** What a requirement asks for. */
public sealed interface Terms {
    /** @param maxAge how long ago a guardrail may have been heard last */
    record Heartbeat(Duration maxAge) implements Terms {}

    /** @param maxAge how long a record may wait until it is acknowledged */
    record AuditTrail(Duration maxAge) implements Terms {}

    /** @param minPercent the least share of records that must have arrived */
    record Coverage(int minPercent) implements Terms {}

    /** @param quorums all of which must be there */
    record Review(List<Quorum> quorums) implements Terms {
        public Review {
            quorums = List.copyOf(quorums);
        }
    }

    /**
     * @param deciders who is meant to decide
     * @param minimum how many of them must be able to
     */
    record Quorum(Set<Decider> deciders, int minimum) {
        public Quorum {
            deciders = Set.copyOf(deciders);
        }
    }

    /**
     * What all policies allow, as they write it. Which pods or addresses two different entries have in common is not
     * computed: nobody would find it written anywhere, and to leave it out is the stricter side.
     *
     * @param allow what they may reach besides what every agent needs
     */
    record Egress(List<Destination> allow) implements Terms {
        public Egress {
            allow = allow.stream().distinct().sorted(Comparator.comparing(Destination::toString)).toList();
        }
    }

    /** That nobody in the pod but its guardrail gets out of it, whatever the cluster's network does. */
    record EgressLock() implements Terms {}

    /** Whether what it asks for is each pod's own to keep. */
    default boolean isOfPods() {
        return !(this instanceof Review || this instanceof Egress);
    }
}
