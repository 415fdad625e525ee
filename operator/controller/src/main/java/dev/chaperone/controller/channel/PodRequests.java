package dev.chaperone.controller.channel;

import dev.chaperone.config.GuardrailConfigSpec;
import dev.chaperone.config.channel.CredentialSet;
import dev.chaperone.config.channel.SyncAnswer;
import dev.chaperone.config.channel.SyncRequest;
import dev.chaperone.controller.fleet.ConfigDirectory;
import dev.chaperone.controller.fleet.ConfigDirectory.AssignedConfig;
import dev.chaperone.controller.fleet.ConfigDirectory.PodFacts;
import dev.chaperone.controller.fleet.LeaseGrants;
import java.time.Duration;
import java.util.Set;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** What a pod is answered, once it is known which one asks. */
final class PodRequests {
    private final ConfigDirectory directory;
    private final PodAuthenticator authenticator;
    private final GuardrailReports reports;
    private final EvidenceRequests evidence;
    private final LeaseGrants grants;
    private final ChannelMetrics metrics;
    private final Clocks clocks;
    private final Duration longPoll;
    private final Polls polls;

    PodRequests(
            ConfigDirectory directory, PodAuthenticator authenticator, GuardrailReports reports,
            EvidenceRequests evidence, LeaseGrants grants, Polls polls, ChannelMetrics metrics, Clocks clocks,
            Duration longPoll) {
        this.directory = directory;
        this.authenticator = authenticator;
        this.reports = reports;
        this.evidence = evidence;
        this.polls = polls;
        this.grants = grants;
        this.metrics = metrics;
        this.clocks = clocks;
        this.longPoll = longPoll;
    }

    SyncAnswer sync(PodFacts pod, SyncRequest request) throws RefusedException, InterruptedException {
        GuardrailReport report = GuardrailReport.of(request, evidence.breaks(pod, request));
        reports.report(pod.uid(), report);
        if (!request.formats().contains(GuardrailConfigSpec.FORMAT)) {
            metrics.synced("format");
            throw new RefusedException(409, "bundles have format " + GuardrailConfigSpec.FORMAT
                    + ", and this guardrail reads " + request.formats());
        }
        long start = clocks.nanoTime();
        Duration most = request.patience().compareTo(longPoll) < 0 ? request.patience() : longPoll;
        try (Polls.Poll poll = polls.open(pod)) {
            while (true) {
                AssignedConfig config = assigned(pod);
                long left = most.minus(clocks.since(start)).toNanos();
                SortedMap<String, Duration> leases = grants.granted(
                        config.agent(), pod.uid(), report.trail(), report.egressLock());
                String outcome = outcome(request, config, leases.keySet(), poll, left);
                if (outcome != null) {
                    metrics.synced(outcome);
                    return new SyncAnswer(
                            config.agent().toString(), config.revision(), config.credentialsDigest(), leases);
                }
                poll.await(left);
            }
        }
    }

    private static @Nullable String outcome(
            SyncRequest request, AssignedConfig config, Set<String> granted, Polls.Poll poll, long left) {
        if (!config.revision().equals(request.revision()) && !config.revision().equals(request.refused())) {
            return "revision";
        }
        if (!config.credentialsDigest().equals(request.credentials())) {
            return "credentials";
        }
        if (!granted.equals(request.held())) {
            return "leases";
        }
        if (request.patience().isZero() || poll.isOver()) {
            return "asked";
        }
        return left <= 0 ? "heartbeat" : null;
    }

    byte[] bundle(PodFacts pod, String revision) throws RefusedException {
        reports.table().touch(pod.uid());
        AssignedConfig config = assigned(pod);
        if (!config.revision().equals(revision)) {
            throw new RefusedException(404, "not the current bundle of this pod");
        }
        return config.bundle().get();
    }

    byte[] credentials(PodFacts pod) throws RefusedException {
        reports.table().touch(pod.uid());
        return new CredentialSet(assigned(pod).credentials().get()).write();
    }

    private AssignedConfig assigned(PodFacts pod) throws RefusedException {
        PodFacts now = authenticator.again(pod);
        return directory.forPod(now.uid())
                .orElseThrow(() -> RefusedException.notReady("there is no config for this agent yet"));
    }
}
