package dev.chaperone.policy.oversight;

import static java.util.Objects.requireNonNullElse;

import dev.chaperone.api.OversightRules.AuditTrail;
import dev.chaperone.api.OversightRules.Coverage;
import dev.chaperone.api.OversightRules.Egress;
import dev.chaperone.api.OversightRules.EgressMode;
import dev.chaperone.api.OversightRules.Heartbeat;
import dev.chaperone.api.OversightRules.Monitoring;
import dev.chaperone.api.OversightRules.OnLapse;
import dev.chaperone.api.OversightRules.Review;
import dev.chaperone.config.OversightLease.Narrowing;
import dev.chaperone.policy.oversight.Terms.Quorum;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Puts together what several policies require. What is not written in a policy means what is said here. */
final class RequirementMerge {
    private static final Duration HEARTBEAT_AGE = Duration.ofSeconds(30);
    private static final Duration TRAIL_AGE = Duration.ofMinutes(1);
    private static final int COVERAGE_PERCENT = 100;
    private static final int DECIDERS = 1;
    private static final Duration GRACE = Duration.ofMinutes(5);
    private static final Comparator<Narrowing> ORDER = Comparator.comparing(Narrowing::verdict).reversed()
            .thenComparing(narrowing -> String.join(" ", narrowing.tools()))
            .thenComparing(Narrowing::stakes, Comparator.nullsFirst(Comparator.naturalOrder()));

    private final SortedMap<String, Requirement> requirements = new TreeMap<>();

    void add(OversightInput policy) {
        Monitoring monitoring = policy.spec().monitoring();
        if (monitoring != null) {
            Heartbeat heartbeat = monitoring.heartbeat();
            if (heartbeat != null) {
                add(policy, Requirement.HEARTBEAT, new Terms.Heartbeat(duration(heartbeat.maxAge(), HEARTBEAT_AGE)),
                        heartbeat.onLapse());
            }
            AuditTrail trail = monitoring.auditTrail();
            if (trail != null) {
                add(policy, Requirement.AUDIT_TRAIL, new Terms.AuditTrail(duration(trail.maxAge(), TRAIL_AGE)),
                        trail.onLapse());
            }
            Coverage coverage = monitoring.coverage();
            if (coverage != null) {
                add(policy, Requirement.COVERAGE,
                        new Terms.Coverage(requireNonNullElse(coverage.minPercent(), COVERAGE_PERCENT)),
                        coverage.onLapse());
            }
        }
        Review review = policy.spec().review();
        if (review != null) {
            add(policy, Requirement.REVIEW, new Terms.Review(List.of(quorum(review))), review.onLapse());
        }
        Egress egress = policy.spec().egress();
        if (egress != null) {
            add(policy, Requirement.EGRESS,
                    new Terms.Egress(requireNonNullElse(egress.allow(), List.of())), egress.onLapse());
            // A requirement of its own: the NetworkPolicy is the agent's, and whether it is locked each pod's.
            if (egress.mode() == EgressMode.LOCKED) {
                add(policy, Requirement.EGRESS_LOCK, new Terms.EgressLock(), egress.onLapse());
            }
        }
    }

    /** By name. */
    List<Requirement> requirements() {
        return List.copyOf(requirements.values());
    }

    private void add(OversightInput policy, String name, Terms terms, @Nullable OnLapse lapse) {
        OnLapse onLapse = requireNonNullElse(lapse, new OnLapse(null, null, null));
        List<Narrowing> narrowings = requireNonNullElse(onLapse.narrow(),
                List.<dev.chaperone.api.OversightRules.Narrowing>of()).stream()
                .map(narrow -> new Narrowing(narrow.tools(), narrow.stakes(), narrow.verdict()))
                .toList();
        boolean evicts = Boolean.TRUE.equals(onLapse.evict());
        // Where a lapse is only told, its grace means nothing to the others.
        Duration grace = duration(onLapse.after(), GRACE);
        requirements.merge(name,
                new Requirement(name, new TreeSet<>(Set.of(policy.id())), terms, grace, sorted(narrowings), evicts),
                RequirementMerge::strictest);
    }

    private static Requirement strictest(Requirement one, Requirement other) {
        TreeSet<OversightId> policies = new TreeSet<>(one.policies());
        policies.addAll(other.policies());
        List<Narrowing> narrowings = new ArrayList<>(one.narrowings());
        narrowings.addAll(other.narrowings());
        return new Requirement(one.name(), policies, strictest(one.terms(), other.terms()), grace(one, other),
                sorted(narrowings), one.evicts() || other.evicts());
    }

    private static Duration grace(Requirement one, Requirement other) {
        if (!acts(one) || !acts(other)) {
            return acts(one) ? one.grace() : acts(other) ? other.grace() : shorter(one.grace(), other.grace());
        }
        return shorter(one.grace(), other.grace());
    }

    /** Whether a lapse is more than told. */
    static boolean acts(Requirement requirement) {
        return !requirement.narrowings().isEmpty() || requirement.evicts();
    }

    /** What asks for all that both ask for, which are of one requirement. */
    static Terms strictest(Terms one, Terms other) {
        if (one instanceof Terms.Heartbeat a && other instanceof Terms.Heartbeat b) {
            return new Terms.Heartbeat(shorter(a.maxAge(), b.maxAge()));
        }
        if (one instanceof Terms.AuditTrail a && other instanceof Terms.AuditTrail b) {
            return new Terms.AuditTrail(shorter(a.maxAge(), b.maxAge()));
        }
        if (one instanceof Terms.Coverage a && other instanceof Terms.Coverage b) {
            return new Terms.Coverage(Math.max(a.minPercent(), b.minPercent()));
        }
        if (one instanceof Terms.Review a && other instanceof Terms.Review b) {
            Set<Quorum> quorums = new LinkedHashSet<>(a.quorums());
            quorums.addAll(b.quorums());
            return new Terms.Review(quorums.stream().sorted(Comparator.comparing(Object::toString)).toList());
        }
        if (one instanceof Terms.Egress a && other instanceof Terms.Egress b) {
            return new Terms.Egress(a.allow().stream().filter(b.allow()::contains).toList());
        }
        if (one instanceof Terms.EgressLock && other instanceof Terms.EgressLock) {
            return one;
        }
        throw new IllegalArgumentException(one + " and " + other + " are not of one requirement");
    }

    private static Quorum quorum(Review review) {
        return new Quorum(Set.copyOf(requireNonNullElse(review.deciders(), List.of())),
                requireNonNullElse(review.minimum(), DECIDERS));
    }

    private static List<Narrowing> sorted(List<Narrowing> narrowings) {
        return narrowings.stream().distinct().sorted(ORDER).toList();
    }

    private static Duration duration(@Nullable String text, Duration otherwise) {
        return text == null ? otherwise : Durations.parse(text);
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) <= 0 ? one : other;
    }
}
