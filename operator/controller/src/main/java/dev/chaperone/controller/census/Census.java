package dev.chaperone.controller.census;

import dev.chaperone.api.AgentCoverage;
import dev.chaperone.api.AgentCoverage.Deviation;
import dev.chaperone.api.Standing;
import dev.chaperone.controller.census.AgentCensus.Counted;
import dev.chaperone.controller.status.Programming;
import dev.chaperone.controller.view.NamespaceFacts;
import dev.chaperone.controller.view.PodFacts;
import dev.chaperone.controller.view.PodFacts.Phase;
import dev.chaperone.controller.view.guard.Breach;
import dev.chaperone.controller.view.guard.GuardFacts;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Says of each pod how it stands, from what is known at one moment.
 *
 * @param known the guardrails that pods were given
 * @param programming what guardrails have reported
 */
public record Census(KnownGuardrails known, Programming programming) {
    /**
     * Counts an agent.
     *
     * @param pods the agent's
     * @param namespace the one that they are in
     * @param agentSince since when there is the agent; null when that is not known. Agents go with governance, so a pod
     *     that came later came under it
     * @param before what was said of it last; null when nothing was
     */
    public AgentCensus of(
            List<PodFacts> pods, NamespaceFacts namespace, @Nullable Instant agentSince,
            @Nullable AgentCoverage before) {
        Set<String> wereSilent = before == null || before.deviations() == null
                ? Set.of()
                : before.deviations().stream().filter(each -> each.standing() == Standing.SILENT).map(Deviation::pod)
                        .collect(Collectors.toSet());
        List<Counted> counted = new ArrayList<>();
        for (PodFacts pod : pods) {
            PodStanding standing = of(pod, namespace, agentSince, wereSilent.contains(pod.name()));
            // What does its work while it begins, such as an init container, or while it ends, counts as well.
            if (pod.isRunning() || (pod.phase() != Phase.FINISHED && !standing.standing().isGuarded())) {
                counted.add(new Counted(pod, standing));
            }
        }
        return new AgentCensus(List.copyOf(counted));
    }

    /** @param wasSilent whether its silence was told of it last */
    PodStanding of(PodFacts pod, NamespaceFacts namespace, @Nullable Instant agentSince, boolean wasSilent) {
        GuardFacts guard = pod.guard();
        boolean reports = programming.isHeard(pod);
        if (guard.digest() == null) {
            return reports
                    ? new PodStanding(
                            Standing.UNKNOWN_GUARDRAIL,
                            "it speaks to the operator and has no guardrail that it could be")
                    : without(pod, namespace, agentSince);
        }
        boolean newest = known.newest().contains(guard.digest());
        boolean earlier = known.earlier().contains(guard.digest());
        List<String> wrong = guard.breaches().stream().map(Breach::text).toList();
        if (!newest && !earlier) {
            return ofUnknownDigest(guard, wrong);
        }
        if (!wrong.isEmpty()) {
            return new PodStanding(Standing.TAMPERED, String.join("; ", wrong));
        }
        if (pod.bound() == null) {
            return new PodStanding(
                    Standing.UNKNOWN_GUARDRAIL, "it brought the guardrail itself, admission did not put it there");
        }
        if (isSilent(pod, reports, wasSilent)) {
            return new PodStanding(Standing.SILENT, "its guardrail is not heard by the operator");
        }
        return newest
                ? PodStanding.GUARDED
                : new PodStanding(Standing.STALE, "its guardrail is of an earlier release or certificate authority");
    }

    private PodStanding ofUnknownDigest(GuardFacts guard, List<String> wrong) {
        boolean ours = guard.image() != null && known.images().contains(guard.image());
        String what = ours
                ? "its guardrail's container or volumes are not what the operator injects"
                : "its guardrail is not one that this cluster's operators injected";
        return new PodStanding(
                ours || guard.image() == null ? Standing.TAMPERED : Standing.UNKNOWN_GUARDRAIL,
                Stream.concat(Stream.of(what), wrong.stream()).collect(Collectors.joining("; ")));
    }

    private static PodStanding without(PodFacts pod, NamespaceFacts namespace, @Nullable Instant agentSince) {
        Instant created = instant(pod.created());
        Instant since = instant(namespace.governedSince());
        boolean older = pod.bound() == null && created != null && since != null && created.isBefore(since)
                && (agentSince == null || created.isBefore(agentSince));
        if (older) {
            return new PodStanding(
                    Standing.OLDER_THAN_GOVERNANCE,
                    "it was there before the namespace was governed; it gets a guardrail when it is created again");
        }
        return new PodStanding(
                Standing.MISSING, namespace.isGoverned()
                        ? "it has no guardrail: it was created under break-glass, while its ServiceAccount was exempt, or while"
                                + " admission did not look"
                        : "it has no guardrail: the namespace is under break-glass");
    }

    // Whoever has just begun to lead has not heard of all pods yet, and a pod that has just begun has not spoken yet.
    private boolean isSilent(PodFacts pod, boolean reports, boolean wasSilent) {
        if (reports || !pod.isRunning()) {
            return false;
        }
        if (programming.hasJustBegun()) {
            return wasSilent;
        }
        Instant created = instant(pod.created());
        return created == null || !programming.now().isBefore(created.plus(programming.heartbeat()));
    }

    private static @Nullable Instant instant(@Nullable String text) {
        try {
            return text == null || text.isEmpty() ? null : Instant.parse(text);
        } catch (DateTimeParseException e) {
            return null;
        }
    }

    /** When the pods have to be looked at again though nothing is told of them; null when they need not be. */
    public @Nullable Instant again(List<PodFacts> pods) {
        return pods.stream()
                .filter(pod -> pod.isRunning() && pod.guard().digest() != null && !programming.isHeard(pod))
                .map(pod -> instant(pod.created()))
                .filter(Objects::nonNull)
                .map(created -> created.plus(programming.heartbeat()))
                .filter(silent -> silent.isAfter(programming.now()))
                .min(Comparator.naturalOrder())
                .orElse(null);
    }
}
