package dev.chaperone.controller.oversight;

import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Since when pods run, and lack what is required of them, where that stands nowhere else. Thread-safe. */
final class PodMemory {
    private record PodRequirement(String pod, String requirement) {}

    private final Map<String, Instant> running = new ConcurrentHashMap<>();
    private final Map<PodRequirement, Instant> lacking = new ConcurrentHashMap<>();

    /** Since when a pod is known to run; from now on if it is new. */
    Instant running(String pod, Instant now) {
        return running.computeIfAbsent(pod, _ -> now);
    }

    /** Since when a pod lacks a requirement; since then if that is new. */
    Instant lackingSince(String pod, String requirement, Instant since) {
        return lacking.computeIfAbsent(new PodRequirement(pod, requirement), _ -> since);
    }

    /** The pod lacks the requirement no longer. */
    void keeps(String pod, String requirement) {
        lacking.remove(new PodRequirement(pod, requirement));
    }

    /** Forgets all other pods than these. */
    void retain(Set<String> pods) {
        running.keySet().retainAll(pods);
        lacking.keySet().removeIf(key -> !pods.contains(key.pod()));
    }
}
