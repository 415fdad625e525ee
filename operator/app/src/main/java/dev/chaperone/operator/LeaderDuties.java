package dev.chaperone.operator;

import dev.chaperone.controller.LeadListener;
import dev.chaperone.controller.channel.PeerReports;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What one replica does for all of them, besides reconciling. */
final class LeaderDuties implements LeadListener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LeaderDuties.class);
    /** A webhook that somebody removed is missing for so long; meanwhile admission policies refuse unguarded pods. */
    private static final Duration PERIOD = Duration.ofSeconds(2);

    private final PeerReports peers;
    private final Runnable look;
    private final Runnable onLost;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("leader-duties").factory());

    /**
     * @param look puts right what the leader keeps
     * @param onLost ends this process
     */
    LeaderDuties(PeerReports peers, Runnable look, Runnable onLost) {
        this.peers = peers;
        this.look = look;
        this.onLost = onLost;
    }

    @Override
    public void leads() {
        peers.start();
        timer.scheduleWithFixedDelay(this::lookOnce, 0, PERIOD.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void lookOnce() {
        try {
            look.run();
        } catch (RuntimeException e) {
            LOG.atWarn().addKeyValue("error", e.toString()).log("What the leader keeps could not be looked after");
        }
    }

    @Override
    public void leadsNoLonger() {
        close();
        onLost.run();
    }

    @Override
    public void close() {
        timer.shutdownNow();
        peers.stop();
    }
}
