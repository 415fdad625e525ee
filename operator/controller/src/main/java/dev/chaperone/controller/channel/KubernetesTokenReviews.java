package dev.chaperone.controller.channel;

import io.fabric8.kubernetes.api.model.authentication.TokenReview;
import io.fabric8.kubernetes.api.model.authentication.TokenReviewBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenReviewStatus;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Asks the API server. The client's request timeout bounds how long that takes. */
public final class KubernetesTokenReviews implements TokenReviews {
    private final KubernetesClient client;

    public KubernetesTokenReviews(KubernetesClient client) {
        this.client = client;
    }

    @Override
    public Optional<TokenUser> review(String token, String audience) throws UnavailableException {
        TokenReview question = new TokenReviewBuilder()
                .withNewSpec().withToken(token).withAudiences(audience).endSpec().build();
        try {
            TokenReview answer = client.authentication().v1().tokenReviews().create(question);
            return answer == null ? Optional.empty() : Optional.ofNullable(answer.getStatus()).flatMap(this::user);
        } catch (KubernetesClientException e) {
            // What the client says may hold the request, and with it the token.
            throw new UnavailableException("TokenReview: " + (e.getCode() > 0 ? "HTTP " + e.getCode() : "no answer"));
        }
    }

    private Optional<TokenUser> user(TokenReviewStatus status) {
        if (!Boolean.TRUE.equals(status.getAuthenticated()) || status.getUser() == null
                || status.getUser().getUsername() == null) {
            return Optional.empty();
        }
        return Optional.of(new TokenUser(
                status.getUser().getUsername(),
                Objects.requireNonNullElse(status.getAudiences(), List.of()),
                Objects.requireNonNullElse(status.getUser().getExtra(), Map.of())));
    }
}
