package dev.chaperone.controller.channel;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The last report of each pod, whichever replica heard it. What this replica heard itself is numbered in the order in
 * which it changed, so that others may ask for what came after a number.
 */
final class ReportTable {
    /** Names this table in cursors: another one, such as that of a restarted replica, numbers anew. */
    private final String instance = UUID.randomUUID().toString();
    private final Clocks clocks;
    private final long freshNanos;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition heard = lock.newCondition();
    private final Map<String, Entry> entries = new HashMap<>();
    private long version;
    private long newsVersion;

    ReportTable(Duration heartbeatAge, Clocks clocks) {
        this.freshNanos = heartbeatAge.toNanos();
        this.clocks = clocks;
    }

    String instance() {
        return instance;
    }

    /** Takes what the pod said to this replica just now. Whether that is news. */
    boolean report(String pod, GuardrailReport report) {
        lock.lock();
        try {
            long now = clocks.nanoTime();
            boolean news = isNews(entries.get(pod), report);
            entries.put(pod, new Entry(report, now, ++version, true, false));
            if (news) {
                newsVersion = version;
            }
            heard.signalAll();
            return news;
        } finally {
            lock.unlock();
        }
    }

    /** The pod was heard, and said nothing of itself. */
    void touch(String pod) {
        lock.lock();
        try {
            Entry entry = entries.get(pod);
            if (entry != null && entry.local() && !entry.expired()) {
                entries.put(pod, new Entry(entry.report(), clocks.nanoTime(), ++version, true, false));
            }
        } finally {
            lock.unlock();
        }
    }

    /** Takes what other replicas heard, where it is newer. Whether there was news. */
    boolean merge(PeerPage page) {
        lock.lock();
        try {
            boolean news = false;
            long now = clocks.nanoTime();
            for (PeerPage.Heard heard : page.pods()) {
                long seen = now - heard.age().toNanos();
                Entry before = entries.get(heard.pod());
                if (before == null || seen - before.seen() > 0) {
                    boolean expired = now - seen > freshNanos;
                    news |= !expired && isNews(before, heard.report());
                    entries.put(heard.pod(), new Entry(heard.report(), seen, 0, false, expired));
                }
            }
            return news;
        } finally {
            lock.unlock();
        }
    }

    private static boolean isNews(@Nullable Entry before, GuardrailReport report) {
        return before == null || before.expired() || !report.repeats(before.report());
    }

    /** Notes who is not heard any more, and forgets those of them that are gone. Whether that is news. */
    boolean expire(Predicate<String> exists) {
        lock.lock();
        try {
            long now = clocks.nanoTime();
            boolean news = false;
            var all = entries.entrySet().iterator();
            while (all.hasNext()) {
                Map.Entry<String, Entry> each = all.next();
                Entry entry = each.getValue();
                if (fresh(entry, now)) {
                    continue;
                }
                if (!exists.test(each.getKey())) {
                    all.remove();
                } else if (!entry.expired()) {
                    each.setValue(new Entry(entry.report(), entry.seen(), entry.version(), entry.local(), true));
                }
                news |= !entry.expired();
            }
            return news;
        } finally {
            lock.unlock();
        }
    }

    /** The reports of all that were heard lately, with the time since then. */
    Map<String, PeerPage.Heard> fresh() {
        return heard(freshNanos);
    }

    /** The same of all that were ever heard and are not known to be gone. */
    Map<String, PeerPage.Heard> all() {
        return heard(Long.MAX_VALUE);
    }

    private Map<String, PeerPage.Heard> heard(long nanos) {
        lock.lock();
        try {
            long now = clocks.nanoTime();
            Map<String, PeerPage.Heard> heard = LinkedHashMap.newLinkedHashMap(entries.size());
            entries.forEach((pod, entry) -> {
                if (now - entry.seen() <= nanos) {
                    heard.put(pod, heard(pod, entry, now));
                }
            });
            return heard;
        } finally {
            lock.unlock();
        }
    }

    /** How many were heard lately by this replica. */
    int freshHere() {
        lock.lock();
        try {
            long now = clocks.nanoTime();
            return (int) entries.values().stream().filter(entry -> entry.local() && fresh(entry, now)).count();
        } finally {
            lock.unlock();
        }
    }

    private boolean fresh(Entry entry, long now) {
        return now - entry.seen() <= freshNanos;
    }

    private static PeerPage.Heard heard(String pod, Entry entry, long now) {
        return new PeerPage.Heard(pod, Duration.ofNanos(now - entry.seen()), entry.report());
    }

    /**
     * Waits for news behind a version, or else for any heartbeat.
     *
     * @param heartbeats how long news are waited for while there are only heartbeats to tell
     * @param patience how long anything is waited for
     */
    void await(long since, Duration heartbeats, Duration patience) throws InterruptedException {
        lock.lock();
        try {
            long start = clocks.nanoTime();
            while (newsVersion <= since) {
                Duration limit = version > since ? heartbeats : patience;
                long left = limit.toNanos() - (clocks.nanoTime() - start);
                if (left <= 0) {
                    return;
                }
                heard.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /** What this replica heard behind a version, at most so many, in the order in which it was heard. */
    PeerPage page(long since, int most) {
        lock.lock();
        try {
            long now = clocks.nanoTime();
            List<Map.Entry<String, Entry>> behind = new ArrayList<>();
            for (Map.Entry<String, Entry> each : entries.entrySet()) {
                if (each.getValue().local() && each.getValue().version() > since) {
                    behind.add(each);
                }
            }
            behind.sort(Comparator.comparingLong(each -> each.getValue().version()));
            List<PeerPage.Heard> pods = behind.stream().limit(most)
                    .map(each -> heard(each.getKey(), each.getValue(), now)).toList();
            long reached = behind.size() > most ? behind.get(most - 1).getValue().version() : version;
            return new PeerPage(instance, reached, pods);
        } finally {
            lock.unlock();
        }
    }

    /** Ends every wait. */
    void wake() {
        lock.lock();
        try {
            newsVersion = ++version;
            heard.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * @param seen when the pod was heard, on the monotonic clock
     * @param version number of the change, for what this replica heard
     * @param expired whether it was told that the pod is not heard any more
     */
    private record Entry(GuardrailReport report, long seen, long version, boolean local, boolean expired) {}
}
