package dev.chaperone.config.channel;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.chaperone.config.CanonicalJson;
import dev.chaperone.config.Digests;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The credentials that a guardrail is to hold, all of them.
 *
 * @param tokens the bearer token of each tool server, by its name
 */
public record CredentialSet(SortedMap<String, String> tokens) {
    /** No credentials. */
    public static final CredentialSet NONE = new CredentialSet(Collections.emptySortedMap());

    public CredentialSet {
        tokens = Collections.unmodifiableSortedMap(new TreeMap<>(tokens));
    }

    /** What names these credentials: the digest of their canonical JSON. */
    public String digest() {
        return Digests.of(CanonicalJson.bytes(tokens, null));
    }

    /** The message in UTF-8. */
    public byte[] write() {
        ObjectNode tree = Message.object().put("digest", digest());
        ObjectNode list = tree.putObject("tokens");
        tokens.forEach(list::put);
        return Message.bytes(tree);
    }

    /**
     * Reads the message. What it holds can be relied on: servers have names that Kubernetes could give them, which as
     * files stay in their directory, and tokens are one word of ASCII, which stays on its line of a header.
     *
     * @throws MessageException when the bytes are no such message, or not what their digest says
     */
    public static CredentialSet read(byte[] bytes) throws MessageException {
        Message message = Message.of(bytes);
        String digest = message.digest("digest");
        SortedMap<String, String> tokens = new TreeMap<>();
        for (Map.Entry<String, String> entry : message.texts("tokens").entrySet()) {
            if (!isServer(entry.getKey())) {
                throw new MessageException("tokens: a name is none of a tool server");
            }
            if (!isToken(entry.getValue())) {
                throw new MessageException("tokens: not a bearer token for " + entry.getKey());
            }
            tokens.put(entry.getKey(), entry.getValue());
        }
        CredentialSet set = new CredentialSet(tokens);
        if (!set.digest().equals(digest)) {
            throw new MessageException("the tokens are not those of their digest");
        }
        return set;
    }

    /** Whether a tool server can have this name: a DNS subdomain as RFC 1123 has it. */
    public static boolean isServer(String name) {
        return Message.isSubdomain(name);
    }

    /** Whether this can be sent as a bearer token. */
    public static boolean isToken(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> c > 0x20 && c < 0x7f);
    }

    /** Says which servers have one, and nothing of the tokens. */
    @Override
    public String toString() {
        return "CredentialSet" + tokens.keySet();
    }
}
