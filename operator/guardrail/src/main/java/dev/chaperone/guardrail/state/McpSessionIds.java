package dev.chaperone.guardrail.state;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Seals the ids of MCP sessions, so that an agent can use only those that its own guardrail handed to it: an id
 * overheard or guessed from another agent means nothing here. Nothing is remembered but one key, so sessions go on
 * across restarts and any number of them takes no memory.
 */
public final class McpSessionIds {
    private static final String ALGORITHM = "HmacSHA256";
    private static final int SEAL_BYTES = 18;
    // 18 bytes in base64url.
    private static final int SEAL_LENGTH = 24;

    private final SecretKeySpec key;

    private McpSessionIds(byte[] key) {
        this.key = new SecretKeySpec(key, ALGORITHM);
    }

    /** Uses the key of the state directory, or makes one. */
    public static McpSessionIds open(Path stateDirectory) throws IOException {
        StateFile file = new StateFile(stateDirectory.resolve("session-key"));
        if (file.exists()) {
            return new McpSessionIds(file.read());
        }
        byte[] key = new byte[32];
        new SecureRandom().nextBytes(key);
        file.write(key);
        return new McpSessionIds(key);
    }

    /** What the agent is given for a session id of a server. */
    public String seal(String server, String id) {
        return id + "." + tag(server, id);
    }

    /** The server's own id; null when this guardrail never gave it to the agent for this server. */
    public @Nullable String open(String server, String sealed) {
        int dot = sealed.length() - SEAL_LENGTH - 1;
        if (dot < 1 || sealed.charAt(dot) != '.') {
            return null;
        }
        String id = sealed.substring(0, dot);
        boolean ours = MessageDigest.isEqual(
                tag(server, id).getBytes(StandardCharsets.US_ASCII),
                sealed.substring(dot + 1).getBytes(StandardCharsets.UTF_8));
        return ours ? id : null;
    }

    private String tag(String server, String id) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            // Neither part can hold the separator: server names are DNS names, ids are visible ASCII.
            byte[] digest = mac.doFinal((server + "\n" + id).getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(digest, SEAL_BYTES));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
