package dev.chaperone.controller.oversight;

import dev.chaperone.api.OversightRequirement.State;
import dev.chaperone.api.OversightRules.Decider;
import dev.chaperone.policy.oversight.Terms;
import dev.chaperone.policy.oversight.Terms.Quorum;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Counts who may decide on held calls of an agent. */
final class ReviewCheck {
    private ReviewCheck() {}

    /** @param may what the cluster's authorizers say of a decider; empty when it is not known */
    static Observation check(
            Terms.Review terms, String namespace, Function<Decider, Optional<Boolean>> may, Instant now) {
        for (Quorum quorum : terms.quorums()) {
            Count count = new Count(quorum, namespace, may);
            if (count.able < quorum.minimum()) {
                boolean unknown = count.able + count.unknown.size() >= quorum.minimum();
                String message = count.able + " of at least " + quorum.minimum() + " may decide toolcallreviews in "
                        + namespace + "; " + (unknown ? "not known of " : "not ")
                        + String.join(", ", unknown ? count.unknown : count.unable);
                return new Observation(
                        unknown ? State.UNKNOWN : State.LAPSED, unknown ? "DecidersUnknown" : "TooFewDeciders", message,
                        now, List.of(), Set.of());
            }
        }
        return Observation.met(terms, now);
    }

    private static final class Count {
        private int able;
        private final List<String> unable = new ArrayList<>();
        private final List<String> unknown = new ArrayList<>();

        Count(Quorum quorum, String namespace, Function<Decider, Optional<Boolean>> may) {
            for (Decider decider : quorum.deciders()) {
                Optional<Boolean> answer = isOwn(decider, namespace) ? Optional.of(false) : may.apply(decider);
                if (answer.isEmpty()) {
                    unknown.add(name(decider));
                } else if (answer.get()) {
                    able++;
                } else {
                    unable.add(name(decider));
                }
            }
            unable.sort(null);
            unknown.sort(null);
        }

        // Agents run by these accounts, however they are named, and nobody decides about itself.
        private static boolean isOwn(Decider decider, String namespace) {
            return switch (decider.kind()) {
                case SERVICE_ACCOUNT -> namespace.equals(decider.namespace());
                case USER -> decider.name().startsWith("system:serviceaccount:" + namespace + ":");
                case GROUP -> false;
            };
        }

        private static String name(Decider decider) {
            String name = decider.namespace() == null ? decider.name() : decider.namespace() + "/" + decider.name();
            return switch (decider.kind()) {
                case USER -> "User " + name;
                case GROUP -> "Group " + name;
                case SERVICE_ACCOUNT -> "ServiceAccount " + name;
            };
        }
    }
}
