package dev.chaperone.controller.channel;

import dev.chaperone.api.GuardrailPod;
import dev.chaperone.controller.fleet.ConfigDirectory.PodFacts;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Issues tokens and says later whose they are, as the API server does. */
final class TestTokens implements TokenReviews {
    private final Map<String, TokenUser> known = new ConcurrentHashMap<>();
    private final AtomicInteger asked = new AtomicInteger();
    private volatile boolean available = true;

    /** A good token of the pod. */
    String issue(PodFacts pod, Instant expiry) {
        return issue(claims(GuardrailPod.TOKEN_AUDIENCE, expiry, pod.uid()), user(pod));
    }

    /** A token with these claims, which speaks for this user when it is asked about. */
    String issue(String claims, TokenUser user) {
        String token = forge(claims);
        known.put(token, user);
        return token;
    }

    /** A token that nobody issued. */
    String forge(String claims) {
        return "e30." + Base64.getUrlEncoder().withoutPadding().encodeToString(claims.getBytes(StandardCharsets.UTF_8))
                + ".c2lnbmF0dXJl" + known.size();
    }

    static String claims(String audience, Instant expiry, String podUid) {
        return "{\"aud\":[\"" + audience + "\"],\"exp\":" + expiry.getEpochSecond()
                + ",\"kubernetes.io\":{\"pod\":{\"uid\":\"" + podUid + "\"}}}";
    }

    static TokenUser user(PodFacts pod) {
        return new TokenUser("system:serviceaccount:" + pod.namespace() + ":" + pod.serviceAccount(),
                List.of(GuardrailPod.TOKEN_AUDIENCE),
                Map.of("authentication.kubernetes.io/pod-name", List.of(pod.name()),
                        "authentication.kubernetes.io/pod-uid", List.of(pod.uid())));
    }

    void available(boolean now) {
        available = now;
    }

    int asked() {
        return asked.get();
    }

    @Override
    public Optional<TokenUser> review(String token, String audience) throws UnavailableException {
        asked.incrementAndGet();
        if (!available) {
            throw new UnavailableException("not there");
        }
        return Optional.ofNullable(known.get(token));
    }
}
