package dev.chaperone.config.channel;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How far a guardrail's audit trail has been acknowledged, boots before this one included.
 *
 * @param acknowledged the number of the last line of this boot that was acknowledged; -1 when there is none
 * @param waiting how long the oldest line that was not acknowledged has been waiting; zero when there is none
 * @param lost how many records this pod could not keep, in all of its boots
 * @param untold how many of them the trail does not speak of yet
 * @param acknowledgement the operator's word for the last acknowledgement, see {@link EvidenceAnswer}; null when there
 *     is none
 */
public record TrailPosition(long acknowledged, Duration waiting, long lost, long untold,
        @Nullable String acknowledgement) {
    ObjectNode tree() {
        ObjectNode tree = Message.object().put("acknowledged", acknowledged).put("waiting", waiting.toMillis())
                .put("lost", lost).put("untold", untold);
        Message.put(tree, "acknowledgement", acknowledgement);
        return tree;
    }

    static TrailPosition of(Message message) throws MessageException {
        return new TrailPosition(
                message.number("acknowledged", -1),
                message.duration("waiting"),
                message.number("lost", 0),
                message.number("untold", 0),
                message.optionalText("acknowledgement"));
    }
}
