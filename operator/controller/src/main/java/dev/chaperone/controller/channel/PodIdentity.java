package dev.chaperone.controller.channel;

import dev.chaperone.controller.fleet.ConfigDirectory.PodFacts;
import dev.chaperone.controller.channel.TokenReviews.TokenUser;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The pod that a token was made for, as the API server has it. */
record PodIdentity(String namespace, String serviceAccount, String name, String uid) {
    private static final String ACCOUNT = "system:serviceaccount:";
    private static final String POD_NAME = "authentication.kubernetes.io/pod-name";
    private static final String POD_UID = "authentication.kubernetes.io/pod-uid";

    /** Empty when the token is bound to no pod: whoever may create tokens of a ServiceAccount gets such ones. */
    static Optional<PodIdentity> of(TokenUser user) {
        String name = only(user.extra().get(POD_NAME));
        String uid = only(user.extra().get(POD_UID));
        if (!user.username().startsWith(ACCOUNT) || name == null || uid == null) {
            return Optional.empty();
        }
        String[] account = user.username().substring(ACCOUNT.length()).split(":", -1);
        return account.length != 2 || account[0].isEmpty() || account[1].isEmpty()
                ? Optional.empty()
                : Optional.of(new PodIdentity(account[0], account[1], name, uid));
    }

    private static @Nullable String only(@Nullable List<String> values) {
        return values == null || values.size() != 1 || values.getFirst().isEmpty() ? null : values.getFirst();
    }

    boolean is(PodFacts pod) {
        return pod.uid().equals(uid) && pod.namespace().equals(namespace) && pod.name().equals(name)
                && pod.serviceAccount().equals(serviceAccount);
    }
}
