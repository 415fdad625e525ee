package dev.chaperone.config.channel;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A pinned tool of which a guardrail saw another definition.
 *
 * @param server the tool server, by the name that the agent knows
 * @param tool the tool
 * @param seen the digest of what was seen, or one of the words here
 * @param since when this was seen first, by the guardrail's clock, in whole milliseconds
 */
public record ChangedDefinition(String server, String tool, String seen, Instant since)
        implements
            Comparable<ChangedDefinition> {
    /** The server lists no such tool. */
    public static final String MISSING = "missing";
    /** The server lists several tools of that name. */
    public static final String AMBIGUOUS = "ambiguous";
    /** The definition has no digest. */
    public static final String UNREADABLE = "unreadable";

    private static final Pattern TOOL = Pattern.compile("[A-Za-z0-9_.-]{1,128}");
    // A later version may have other words.
    private static final Pattern SEEN = Pattern.compile("[a-z0-9:-]{1,80}");
    private static final Comparator<ChangedDefinition> ORDER = Comparator.comparing(ChangedDefinition::server)
            .thenComparing(ChangedDefinition::tool)
            .thenComparing(ChangedDefinition::seen)
            .thenComparing(ChangedDefinition::since);

    ObjectNode tree() {
        return Message.object().put("server", server).put("tool", tool).put("seen", seen)
                .put("since", since.toEpochMilli());
    }

    static List<ChangedDefinition> listOf(Message message, String name) throws MessageException {
        List<ChangedDefinition> list = new ArrayList<>();
        for (Message each : message.firstObjects(name, SyncRequest.MAX_DEFINITIONS)) {
            String server = each.text("server");
            if (!CredentialSet.isServer(server)) {
                throw new MessageException(name + ": a name is none of a tool server");
            }
            list.add(new ChangedDefinition(server, each.matching("tool", TOOL, "no name of a tool"),
                    each.matching("seen", SEEN, "no digest and no word"),
                    Instant.ofEpochMilli(each.number("since", 0))));
        }
        return list;
    }

    @Override
    public int compareTo(ChangedDefinition other) {
        return ORDER.compare(this, other);
    }
}
