package dev.chaperone.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How many of an agent's pods are guarded: the census.
 *
 * @param pods how many were looked at: those that run, and others that may come to do harm before they run or while they
 *     end
 * @param guardedPods how many of them are guarded
 * @param guarded both in one, {@code 19/20}
 * @param deviations those that do not stand as they should, the worst first, or the first of them; absent when there are
 *     none
 */
public record AgentCoverage(int pods, int guardedPods, String guarded, @Nullable List<Deviation> deviations) {
    /** Most deviations that are told. */
    public static final int MOST = 20;

    /**
     * @param pod the pod's name
     * @param standing how it stands
     * @param reason why, for people
     */
    public record Deviation(String pod, Standing standing, String reason) {}
}
