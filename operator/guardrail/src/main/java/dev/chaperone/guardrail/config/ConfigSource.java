package dev.chaperone.guardrail.config;

import dev.chaperone.config.GuardrailConfigSpec;
import dev.chaperone.config.channel.ChangedDefinition;
import dev.chaperone.config.channel.EgressLockReport;
import dev.chaperone.config.channel.TrailPosition;
import dev.chaperone.guardrail.spool.Spool;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where bundles come from: a directory, a compiler in the same process, the operator's channel. A source only carries
 * bytes; what they are worth is decided by {@link ActiveConfig}.
 */
public interface ConfigSource extends AutoCloseable {
    /**
     * Starts to deliver. The latest bundle is offered as soon as it is known, and again whenever it changes; offers
     * come one at a time.
     */
    void start(Offers offers);

    /** Whether what it delivered last can be relied on. */
    default Freshness freshness() {
        return Freshness.ALWAYS;
    }

    /** What sends the lines of a spool to where configs come from; null where nobody takes them. */
    default @Nullable EvidenceSender sender(Spool spool) {
        return null;
    }

    /** Stops delivering. */
    @Override
    void close();

    /** Takes what a source delivers, and tells what it may report. */
    interface Offers {
        /**
         * A bundle as {@link dev.chaperone.config.BundleCodec} writes it.
         *
         * @return whether it is now what calls are decided by
         */
        boolean offer(byte[] bundle);

        /**
         * As {@link #offer(byte[])}, and refused when it is not of this revision.
         *
         * @throws IOException when it is good but cannot be kept, which may go better another time
         */
        boolean offer(String revision, byte[] bundle) throws IOException;

        /** What was loaded last; null when there is nothing yet. */
        @Nullable
        GuardrailConfigSpec inForce();

        /** The credentials on the disk have changed. */
        void credentialsChanged();

        /**
         * For how long each oversight requirement is known to hold, counted from when it was asked for by the monotonic
         * clock ({@link System#nanoTime}); what is not named is known to hold no longer.
         */
        void renewed(long asked, Map<String, Duration> leases);

        /** The oversight requirements that are known to hold. */
        Set<String> held();

        /** The boot that the audit trail carries. */
        String boot();

        /** The number of the last line of this boot in the audit trail; -1 when there is none yet. */
        long lastAuditLine();

        /** How far the audit trail has been acknowledged; null when it goes nowhere. */
        @Nullable
        TrailPosition trail();

        /** The pinned tools of which another definition than the pinned one was seen. */
        default List<ChangedDefinition> changedDefinitions() {
            return List.of();
        }

        /** What the egress lock of this pod found; null when it has none. */
        @Nullable
        EgressLockReport egressLock();
    }
}
