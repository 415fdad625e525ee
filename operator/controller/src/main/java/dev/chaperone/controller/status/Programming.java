package dev.chaperone.controller.status;

import dev.chaperone.config.channel.ChangedDefinition;
import dev.chaperone.controller.fleet.ProgrammingReports.PodReport;
import dev.chaperone.controller.plan.AgentPlan;
import dev.chaperone.controller.view.PodFacts;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What guardrails have reported by now.
 *
 * @param reports the last report of each pod, by its UID
 * @param now the time
 * @param heartbeat how old a report may be
 * @param since when this replica began to hear what all guardrails report
 */
public record Programming(Map<String, PodReport> reports, Instant now, Duration heartbeat, Instant since) {
    /**
     * How far one agent is.
     *
     * @param pods how many of its pods are running
     * @param programmed how many of them have reported the revision
     * @param behind names of the pods that are ready and have not
     * @param unheard whether a running pod was never heard of, and that may be because this replica has just begun to lead
     */
    public record Progress(int pods, int programmed, List<String> behind, boolean unheard) {
        /** {@code 19/20}. */
        public String ratio() {
            return programmed + "/" + pods;
        }
    }

    Progress of(AgentPlan agent) {
        List<PodFacts> running = agent.pods().stream().filter(PodFacts::isRunning).toList();
        int programmed = (int) running.stream().filter(pod -> runs(pod, agent.config().revision())).count();
        List<String> behind = running.stream()
                .filter(pod -> pod.ready() && !runs(pod, agent.config().revision()))
                .map(PodFacts::name)
                .toList();
        boolean unheard = hasJustBegun() && running.stream().anyMatch(pod -> !reports.containsKey(pod.uid()));
        return new Progress(running.size(), programmed, behind, unheard);
    }

    private boolean runs(PodFacts pod, String revision) {
        PodReport report = heard(pod);
        return report != null && revision.equals(report.revision());
    }

    /** Whether the pod has reported lately. */
    public boolean isHeard(PodFacts pod) {
        return heard(pod) != null;
    }

    /** The pinned tools of which the pod sees another definition, by its last report. */
    List<ChangedDefinition> definitions(PodFacts pod) {
        PodReport report = heard(pod);
        return report == null ? List.of() : report.definitions();
    }

    private @Nullable PodReport heard(PodFacts pod) {
        PodReport report = reports.get(pod.uid());
        return report == null || report.lastSeen().plus(heartbeat).isBefore(now) ? null : report;
    }

    /** Whether this replica has not been told yet what all guardrails report. */
    public boolean hasJustBegun() {
        return now.isBefore(since.plus(heartbeat));
    }
}
