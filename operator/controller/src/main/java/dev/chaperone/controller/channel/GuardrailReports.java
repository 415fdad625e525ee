package dev.chaperone.controller.channel;

import dev.chaperone.controller.fleet.ConfigDirectory;
import dev.chaperone.controller.fleet.ProgrammingReports;
import dev.chaperone.controller.fleet.Registration;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What guardrails said of themselves to this replica, and to others as far as {@link PeerReports} asks them. A pod that
 * was not heard for the heartbeat age has no report, and neither has one that is gone.
 */
public final class GuardrailReports implements ProgrammingReports, AutoCloseable {
    /** Half again the guardrails' heartbeat. */
    public static final Duration HEARTBEAT_AGE = Duration.ofSeconds(15);

    private static final Logger LOG = LoggerFactory.getLogger(GuardrailReports.class);
    private static final long GATHER_MILLIS = 20;
    private static final long EXPIRE_MILLIS = 500;

    private final ConfigDirectory directory;
    private final Clocks clocks;
    private final ReportTable table;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final AtomicBoolean pending = new AtomicBoolean();
    private final ScheduledExecutorService teller = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("guardrail-reports").daemon().factory());

    /** @param heartbeatAge how long a pod counts as running what it reported last */
    public GuardrailReports(ConfigDirectory directory, Duration heartbeatAge) {
        this(directory, heartbeatAge, Clocks.SYSTEM);
    }

    GuardrailReports(ConfigDirectory directory, Duration heartbeatAge, Clocks clocks) {
        this.directory = directory;
        this.clocks = clocks;
        this.table = new ReportTable(heartbeatAge, clocks);
        teller.scheduleWithFixedDelay(this::expire, EXPIRE_MILLIS, EXPIRE_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Override
    public Map<String, PodReport> reports() {
        return reports(table.fresh());
    }

    @Override
    public Map<String, PodReport> lastReports() {
        return reports(table.all());
    }

    private Map<String, PodReport> reports(Map<String, PeerPage.Heard> all) {
        Instant now = clocks.now();
        Map<String, PodReport> reports = new HashMap<>();
        all.forEach((pod, heard) -> {
            if (directory.pod(pod).isPresent()) {
                GuardrailReport report = heard.report();
                reports.put(pod, new PodReport(
                        report.revision(), report.refused(), report.formats(), now.minus(heard.age()),
                        report.trail(), report.definitions(), report.egressLock()));
            }
        });
        return Map.copyOf(reports);
    }

    @Override
    public Registration onChange(Runnable listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    ReportTable table() {
        return table;
    }

    void report(String pod, GuardrailReport report) {
        if (table.report(pod, report)) {
            changed();
        }
    }

    void merge(PeerPage page) {
        if (table.merge(page)) {
            changed();
        }
    }

    private void expire() {
        try {
            if (table.expire(pod -> directory.pod(pod).isPresent())) {
                changed();
            }
        } catch (RuntimeException e) {
            // Thrown on, it would be the last time.
            LOG.atError().addKeyValue("error", e.toString()).log("Reports could not be gone through");
        }
    }

    // A rollout is thousands of reports within a second, and one piece of news.
    private void changed() {
        if (!teller.isShutdown() && pending.compareAndSet(false, true)) {
            teller.schedule(this::tell, GATHER_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void tell() {
        pending.set(false);
        for (Runnable listener : listeners) {
            try {
                listener.run();
            } catch (RuntimeException e) {
                LOG.atError().addKeyValue("error", e.toString()).log("A listener to reports failed");
            }
        }
    }

    @Override
    public void close() {
        teller.shutdownNow();
        table.wake();
    }
}
