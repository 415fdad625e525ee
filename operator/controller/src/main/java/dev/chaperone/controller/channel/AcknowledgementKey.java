package dev.chaperone.controller.channel;

import dev.chaperone.config.JsonTrees;
import dev.chaperone.config.audit.ChainPosition;
import dev.chaperone.controller.evidence.KnownTrail;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Optional;

/**
 * Makes the words by which guardrails show later, to any replica, how far their trails were acknowledged: what is known
 * of the trail and the pod's UID, and a code of both that only the operator can make. So nothing has to be stored, and
 * no pod shows another's.
 */
public final class AcknowledgementKey {
    private static final String LABEL = "chaperone.dev evidence acknowledgement 1";
    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();
    private static final Base64.Decoder DECODER = Base64.getUrlDecoder();

    private final DerivedKey key;

    private AcknowledgementKey(DerivedKey key) {
        this.key = key;
    }

    /** @param secret of at least 16 bytes, the one of {@link PeerKey#of} */
    public static AcknowledgementKey of(byte[] secret) {
        return new AcknowledgementKey(DerivedKey.of(secret, LABEL));
    }

    /** The operator's word that this is known of a trail of the pod. */
    String write(String pod, KnownTrail trail) {
        ChainPosition position = trail.position();
        try {
            String payload = ENCODER.encodeToString(JsonTrees.write(JsonNodeFactory.instance.objectNode()
                    .put("pod", pod).put("boot", position.boot()).put("seq", position.sequence())
                    .put("digest", position.digest()).put("breaks", trail.breaks())));
            return payload + "." + ENCODER.encodeToString(key.code(payload));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What the word says; empty when the operator never gave it to this pod. */
    Optional<KnownTrail> read(String pod, String word) {
        int dot = word.indexOf('.');
        String payload = word.substring(0, Math.max(0, dot));
        // Another spelling of the same code is no word of ours either.
        byte[] code = ENCODER.encode(key.code(payload));
        if (dot < 0 || !MessageDigest.isEqual(code, word.substring(dot + 1).getBytes(StandardCharsets.UTF_8))) {
            return Optional.empty();
        }
        try {
            JsonNode tree = JsonTrees.read(DECODER.decode(payload));
            return tree.path("pod").asText().equals(pod)
                    ? Optional.of(new KnownTrail(
                            new ChainPosition(tree.path("boot").asText(), tree.path("seq").asLong(),
                                    tree.path("digest").asText()),
                            tree.path("breaks").asLong()))
                    : Optional.empty();
        } catch (IOException e) {
            throw new IllegalStateException("the operator wrote it", e);
        }
    }

    @Override
    public String toString() {
        return "AcknowledgementKey";
    }
}
