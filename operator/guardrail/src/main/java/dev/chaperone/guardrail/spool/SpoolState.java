package dev.chaperone.guardrail.spool;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.chaperone.config.JsonTrees;
import dev.chaperone.config.audit.ChainPosition;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * How far the trail was acknowledged.
 *
 * @param segment files that are numbered lower are done with
 * @param boot whose line was acknowledged last; null when none was yet
 * @param sequence the number of that line; -1 when none was yet
 * @param digest its digest; null when it is not known
 * @param acknowledgement the operator's word for it; null when there is none
 * @param lost how many records could not be kept
 * @param told how many of them the trail itself speaks of
 */
record SpoolState(
        long segment,
        @Nullable String boot,
        long sequence,
        @Nullable String digest,
        @Nullable String acknowledgement,
        long lost,
        long told) {
    static final SpoolState NONE = new SpoolState(0, null, -1, null, null, 0, 0);

    static SpoolState read(byte[] bytes) throws IOException {
        if (!(JsonTrees.read(bytes) instanceof ObjectNode tree)) {
            throw new IOException("no JSON object");
        }
        return new SpoolState(
                tree.path("segment").asLong(0),
                tree.path("boot").textValue(),
                tree.path("sequence").asLong(-1),
                tree.path("digest").textValue(),
                tree.path("acknowledgement").textValue(),
                tree.path("lost").asLong(0),
                tree.path("told").asLong(0));
    }

    byte[] write() throws IOException {
        ObjectNode tree = JsonNodeFactory.instance.objectNode().put("segment", segment);
        tree.put("boot", boot).put("sequence", sequence).put("digest", digest)
                .put("acknowledgement", acknowledgement).put("lost", lost).put("told", told);
        return JsonTrees.write(tree);
    }

    /** The number of the last line of this boot that was acknowledged; -1 when there is none. */
    long acknowledgedOf(String ofBoot) {
        return ofBoot.equals(boot) ? sequence : -1;
    }

    /** Where the trail stood when this was acknowledged; null when that is not known. */
    @Nullable
    ChainPosition position() {
        return boot == null || digest == null || sequence < 0 ? null : new ChainPosition(boot, sequence, digest);
    }

    SpoolState at(long newSegment) {
        return new SpoolState(newSegment, boot, sequence, digest, acknowledgement, lost, told);
    }

    SpoolState losing(long records) {
        return new SpoolState(segment, boot, sequence, digest, acknowledgement, lost + records, told);
    }

    SpoolState telling(long records) {
        return new SpoolState(segment, boot, sequence, digest, acknowledgement, lost, told + records);
    }

    SpoolState acknowledged(
            @Nullable String ofBoot, long through, @Nullable String itsDigest, @Nullable String itsAcknowledgement) {
        return new SpoolState(segment, ofBoot, through, itsDigest, itsAcknowledgement, lost, told);
    }
}
