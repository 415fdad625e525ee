package dev.chaperone.controller.channel;

import dev.chaperone.api.GuardrailPod;
import dev.chaperone.controller.fleet.ConfigDirectory;
import dev.chaperone.controller.fleet.ConfigDirectory.PodFacts;
import dev.chaperone.controller.channel.TokenReviews.TokenUser;
import dev.chaperone.controller.channel.TokenReviews.UnavailableException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Finds which pod asks, by the token that it sends. */
final class PodAuthenticator {
    private static final String SCHEME = "Bearer ";

    private final ConfigDirectory directory;
    private final TokenReviews reviews;
    private final ChannelMetrics metrics;
    private final Clocks clocks;
    private final ReviewedTokens reviewed;
    private final AddressAllowance allowance;
    private final Semaphore places;
    private final Duration queueTimeout;

    PodAuthenticator(
            ChannelSettings settings, ConfigDirectory directory, TokenReviews reviews, ChannelMetrics metrics,
            Clocks clocks) {
        this.directory = directory;
        this.reviews = reviews;
        this.metrics = metrics;
        this.clocks = clocks;
        this.reviewed = new ReviewedTokens(settings.reviewLifetime(), clocks);
        this.allowance = new AddressAllowance(clocks);
        this.places = new Semaphore(settings.reviews(), true);
        this.queueTimeout = settings.reviewQueueTimeout();
    }

    /**
     * @param authorization the header of that name
     * @param address where the request comes from
     */
    PodFacts authenticate(@Nullable String authorization, String address)
            throws RefusedException, InterruptedException {
        if (authorization == null || !authorization.startsWith(SCHEME)) {
            throw RefusedException.token("no bearer token");
        }
        String token = authorization.substring(SCHEME.length());
        if (!directory.ready()) {
            throw RefusedException.notReady("the cluster has not been read yet");
        }
        String digest = ReviewedTokens.digest(token);
        PodIdentity pod = reviewed.find(digest);
        if (pod == null) {
            TokenClaims claims = plausible(token);
            pod = ask(token, address);
            reviewed.keep(digest, pod, claims.expiry());
        }
        return governed(pod);
    }

    /** The pod as it is now: tokens outlive pods, and requests may last. */
    PodFacts again(PodFacts pod) throws RefusedException {
        return governed(new PodIdentity(pod.namespace(), pod.serviceAccount(), pod.name(), pod.uid()));
    }

    // The API server caches its answers too: only the pods themselves say that one of them is gone.
    private PodFacts governed(PodIdentity pod) throws RefusedException {
        return directory.pod(pod.uid()).filter(pod::is).orElseThrow(PodAuthenticator::unknown);
    }

    private TokenClaims plausible(String token) throws RefusedException {
        TokenClaims claims = TokenClaims.read(token).orElseThrow(() -> notGood("malformed", "no token of a pod"));
        if (!claims.audiences().contains(GuardrailPod.TOKEN_AUDIENCE)) {
            throw notGood("audience", "a token for another audience");
        }
        if (!claims.expiry().isAfter(clocks.now())) {
            throw notGood("expired", "an expired token");
        }
        if (directory.pod(claims.podUid()).isEmpty()) {
            metrics.tokenLookedAt("unknown_pod");
            throw unknown();
        }
        return claims;
    }

    private PodIdentity ask(String token, String address) throws RefusedException, InterruptedException {
        checkAllowance(address);
        if (!places.tryAcquire(queueTimeout.toNanos(), TimeUnit.NANOSECONDS)) {
            metrics.tokenLookedAt("queue_full");
            throw RefusedException.notReady("too many tokens to be asked about");
        }
        try {
            // Others of the address may have been found bad meanwhile.
            checkAllowance(address);
            Optional<TokenUser> user = reviews.review(token, GuardrailPod.TOKEN_AUDIENCE);
            Optional<PodIdentity> pod = user.filter(
                    found -> found.audiences().contains(GuardrailPod.TOKEN_AUDIENCE)).flatMap(PodIdentity::of);
            if (pod.isEmpty()) {
                allowance.charge(address);
                throw notGood("refused", "the token is not good, or not bound to a pod");
            }
            metrics.tokenLookedAt("good");
            return pod.get();
        } catch (UnavailableException e) {
            metrics.tokenLookedAt("unavailable");
            throw RefusedException.notReady("the API server does not say whose token it is");
        } finally {
            places.release();
        }
    }

    private void checkAllowance(String address) throws RefusedException {
        if (!allowance.isLeft(address)) {
            metrics.tokenLookedAt("throttled");
            throw RefusedException.notReady("too many bad tokens from this address");
        }
    }

    private RefusedException notGood(String outcome, String message) {
        metrics.tokenLookedAt(outcome);
        return RefusedException.token(message);
    }

    private static RefusedException unknown() {
        return RefusedException.pod("no governed pod is known by this token");
    }
}
