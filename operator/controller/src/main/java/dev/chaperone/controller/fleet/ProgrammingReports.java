package dev.chaperone.controller.fleet;

import dev.chaperone.config.channel.ChangedDefinition;
import dev.chaperone.config.channel.EgressLockReport;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What guardrails have said of themselves. */
public interface ProgrammingReports {
    /** Nobody said anything. */
    ProgrammingReports NONE = new ProgrammingReports() {
        @Override
        public Map<String, PodReport> reports() {
            return Map.of();
        }

        @Override
        public Registration onChange(Runnable listener) {
            return () -> {};
        }
    };

    /** The last report of each pod, by its UID; an immutable snapshot. */
    Map<String, PodReport> reports();

    /** The same of every pod that is there, however long ago it was heard. */
    default Map<String, PodReport> lastReports() {
        return reports();
    }

    /**
     * Tells that a pod reported something else than before, or is no longer heard of. A heartbeat that only repeats
     * the last report is not told. The listener must not block.
     */
    Registration onChange(Runnable listener);

    /**
     * @param revision the revision that the pod decides under; null while it has none
     * @param refused the last bundle that it could not load
     * @param formats the bundle formats that it reads
     * @param lastSeen when it was heard last
     * @param trail how it stands with its audit trail; null when it exports none
     * @param definitions pinned tools of which it saw another definition
     * @param egressLock what its egress lock found; null when it says nothing of one
     */
    record PodReport(
            @Nullable String revision, @Nullable String refused, List<Integer> formats, Instant lastSeen,
            @Nullable TrailReport trail, List<ChangedDefinition> definitions, @Nullable EgressLockReport egressLock) {
        public PodReport {
            formats = List.copyOf(formats);
            definitions = List.copyOf(definitions);
        }

        /** The same, heard at another time. */
        public PodReport seen(Instant at) {
            return new PodReport(revision, refused, formats, at, trail, definitions, egressLock);
        }
    }
}
