package dev.chaperone.guardrail.proxy;

import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** What Netty notices of buffers that nobody released; the build names it to Netty, which makes it. */
public final class LeakCounter<T> extends ResourceLeakDetector<T> {
    private static final List<String> LEAKS = new CopyOnWriteArrayList<>();

    public LeakCounter(Class<?> type, int samplingInterval) {
        super(type, samplingInterval);
    }

    /** As Netty looks for it first. */
    public LeakCounter(Class<?> type, int samplingInterval, long maxActive) {
        super(type, samplingInterval);
    }

    static List<String> leaks() {
        return LEAKS;
    }

    /** Begins to count anew, without what other tests have left to the collector. */
    static void reset() throws InterruptedException {
        for (int i = 0; i < 5; i++) {
            System.gc();
            Thread.sleep(20);
            // Netty looks for leaks when it makes a buffer.
            ByteBufAllocator.DEFAULT.buffer(1).release();
        }
        LEAKS.clear();
    }

    @Override
    protected boolean needReport() {
        return true;
    }

    @Override
    protected void reportTracedLeak(String type, String records) {
        LEAKS.add(type + records);
    }

    @Override
    protected void reportUntracedLeak(String type) {
        LEAKS.add(type);
    }
}
