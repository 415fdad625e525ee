package dev.chaperone.controller.channel;

import dev.chaperone.config.channel.EvidenceAnswer;
import dev.chaperone.config.channel.EvidenceBatch;
import dev.chaperone.config.channel.MessageException;
import dev.chaperone.config.channel.SyncRequest;
import dev.chaperone.config.channel.TrailPosition;
import dev.chaperone.controller.evidence.Finding;
import dev.chaperone.controller.evidence.KnownTrail;
import dev.chaperone.controller.evidence.TrailVerifier;
import dev.chaperone.controller.evidence.TrailVerifier.Verified;
import dev.chaperone.controller.fleet.AgentId;
import dev.chaperone.controller.fleet.ConfigDirectory;
import dev.chaperone.controller.fleet.ConfigDirectory.PodFacts;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes guardrails' audit trails: verifies them, has them kept, and only then acknowledges them. */
final class EvidenceRequests {
    /** Batches in memory at once; on its way to a collector one takes up to ten times its size. */
    static final int PLACES = 32;
    /** An audit line has more than the hundred bytes that this leaves it. */
    static final int MOST_LINES = 2048;

    private static final Logger LOG = LoggerFactory.getLogger(EvidenceRequests.class);
    /** Of one batch. The others are counted. */
    private static final int MOST_TOLD = 16;

    private final EvidenceKeeping keeping;
    private final Clocks clocks;
    private final KnownTrails known;
    private final Semaphore places = new Semaphore(PLACES);
    private final Set<String> underWay = ConcurrentHashMap.newKeySet();

    /** The body of a request, which is read when there is a place for it. */
    @FunctionalInterface
    interface Body {
        byte[] read() throws IOException, RefusedException;
    }

    EvidenceRequests(ConfigDirectory directory, EvidenceKeeping keeping, Clocks clocks) {
        this.keeping = keeping;
        this.clocks = clocks;
        known = new KnownTrails(directory);
    }

    /** Some pods of these agents may be gone. */
    void changed(Set<AgentId> agents) {
        known.changed(agents);
    }

    /** For how many pods something is remembered. */
    int remembered() {
        return known.size();
    }

    EvidenceAnswer take(PodFacts pod, Body body) throws RefusedException, IOException {
        if (!places.tryAcquire()) {
            throw refused("busy", RefusedException.notReady("too many batches are under way"));
        }
        try {
            // One after the other: what the second has to follow is known when the first is kept.
            if (!underWay.add(pod.uid())) {
                throw refused("busy", RefusedException.notReady("a batch of this pod is under way"));
            }
            try {
                return take(pod, batch(body.read()));
            } finally {
                underWay.remove(pod.uid());
            }
        } finally {
            places.release();
        }
    }

    private EvidenceBatch batch(byte[] body) throws RefusedException {
        int lines = 0;
        for (byte each : body) {
            lines += each == '\n' ? 1 : 0;
        }
        if (lines > MOST_LINES) {
            throw refused("refused", new RefusedException(413, "more than " + MOST_LINES + " lines"));
        }
        try {
            return EvidenceBatch.read(body);
        } catch (MessageException e) {
            throw refused("refused", new RefusedException(400, String.valueOf(e.getMessage())));
        }
    }

    private EvidenceAnswer take(PodFacts pod, EvidenceBatch batch) throws RefusedException {
        AcknowledgementKey key = keeping.key().get();
        KnownTrail shown = shown(key, pod, batch);
        Verified verified = TrailVerifier.verify(shown, known.find(pod, batch.boot()), batch.lines());
        keep(pod, verified.fresh());
        keeping.metrics().repeated(verified.repeated());
        keeping.metrics().batch("kept");
        known.remember(pod, verified.remembered());
        tell(pod, verified.found());
        KnownTrail after = verified.after();
        return new EvidenceAnswer(batch.boot(), after.sequence(), key.write(pod.uid(), after));
    }

    private KnownTrail shown(AcknowledgementKey key, PodFacts pod, EvidenceBatch batch) throws RefusedException {
        String word = batch.acknowledgement();
        if (word == null) {
            return KnownTrail.before(batch.boot());
        }
        return key.read(pod.uid(), word).filter(trail -> trail.position().boot().equals(batch.boot()))
                .orElseThrow(() -> refused("refused", new RefusedException(409,
                        "the acknowledgement is none that the operator gave this pod for this boot")));
    }

    private void keep(PodFacts pod, List<byte[]> lines) throws RefusedException {
        if (lines.isEmpty()) {
            return;
        }
        long start = clocks.nanoTime();
        try {
            keeping.sink().keep(pod, lines);
        } catch (IOException e) {
            LOG.atDebug().addKeyValue("agent", pod.agent()).addKeyValue("pod", pod.name())
                    .addKeyValue("error", e.toString()).log("Lines of an audit trail are not kept");
            keeping.metrics().notKept();
            throw refused("failed", RefusedException.notReady("the lines cannot be kept now"));
        }
        keeping.metrics().kept(lines, clocks.since(start));
    }

    private void tell(PodFacts pod, List<Finding> found) {
        for (Finding finding : found) {
            keeping.metrics().broken(finding);
        }
        for (Finding finding : found.subList(0, Math.min(found.size(), MOST_TOLD))) {
            LOG.atWarn().addKeyValue("agent", pod.agent()).addKeyValue("pod", pod.name())
                    .addKeyValue("boot", finding.boot()).addKeyValue("line", finding.sequence())
                    .addKeyValue("kind", finding.kind()).addKeyValue("found", found.size())
                    .log("An audit trail does not follow itself");
            try {
                keeping.listener().broken(pod, finding);
            } catch (RuntimeException e) {
                LOG.atError().addKeyValue("error", e.toString()).log("A listener to broken trails failed");
            }
        }
    }

    private RefusedException refused(String outcome, RefusedException refusal) {
        keeping.metrics().batch(outcome);
        return refusal;
    }

    /**
     * How often the trail of the pod was found not to follow itself, as far as the guardrail shows it and this replica
     * remembers. Who says that lines were acknowledged, and does not show it, has a break too: otherwise it could look
     * whole by showing nothing.
     */
    long breaks(PodFacts pod, SyncRequest request) {
        KnownTrail remembered = known.find(pod, request.boot());
        return Math.max(remembered == null ? 0 : remembered.breaks(), shownBreaks(pod, request));
    }

    private long shownBreaks(PodFacts pod, SyncRequest request) {
        @Nullable
        TrailPosition trail = request.trail();
        if (trail == null) {
            return 0;
        }
        Optional<KnownTrail> shown = Optional.ofNullable(trail.acknowledgement())
                .flatMap(word -> keeping.key().get().read(pod.uid(), word));
        // The last word may be for the boot before while nothing of this one was acknowledged.
        long proved = shown.filter(known -> known.position().boot().equals(request.boot()))
                .map(KnownTrail::sequence).orElse(-1L);
        boolean unproved = trail.acknowledged() > proved || (trail.acknowledgement() != null && shown.isEmpty());
        return Math.max(shown.map(KnownTrail::breaks).orElse(0L), unproved ? 1 : 0);
    }
}
