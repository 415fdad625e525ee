package dev.chaperone.controller.channel;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Asks the one who knows whose token it is. */
public interface TokenReviews {
    /**
     * Whom the token speaks for; empty when it is not good for this audience.
     *
     * @throws UnavailableException when there is no answer, which says nothing of the token
     */
    Optional<TokenUser> review(String token, String audience) throws UnavailableException;

    /**
     * @param username for example {@code system:serviceaccount:dev:coder}
     * @param audiences those of the audiences asked for that the token has
     * @param extra what else is known of it
     */
    record TokenUser(String username, List<String> audiences, Map<String, List<String>> extra) {
        public TokenUser {
            audiences = List.copyOf(audiences);
            extra = Map.copyOf(extra);
        }
    }

    /** Nobody answers. */
    final class UnavailableException extends Exception {
        private static final long serialVersionUID = 1L;

        public UnavailableException(String message) {
            super(message);
        }
    }
}
