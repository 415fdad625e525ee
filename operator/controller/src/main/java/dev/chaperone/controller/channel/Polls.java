package dev.chaperone.controller.channel;

import dev.chaperone.controller.fleet.AgentId;
import dev.chaperone.controller.fleet.ConfigDirectory.PodFacts;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Requests that wait for something to tell, one of each pod at most. */
final class Polls {
    private final Map<String, Poll> byPod = new ConcurrentHashMap<>();
    private volatile boolean ended;

    /** Starts one; an earlier one of the same pod has nobody waiting for it any more, and ends. */
    Poll open(PodFacts pod) {
        Poll poll = new Poll(pod);
        Poll earlier = byPod.put(pod.uid(), poll);
        if (earlier != null) {
            earlier.end();
        }
        if (ended) {
            poll.end();
        }
        return poll;
    }

    /** Has all of these agents look again. */
    void changed(Set<AgentId> agents) {
        for (Poll poll : byPod.values()) {
            if (agents.contains(poll.pod.agent())) {
                poll.look.release();
            }
        }
    }

    /** From now on nobody waits. */
    void endAll() {
        ended = true;
        byPod.values().forEach(Poll::end);
    }

    int size() {
        return byPod.size();
    }

    boolean ended() {
        return ended;
    }

    final class Poll implements AutoCloseable {
        private final PodFacts pod;
        private final Semaphore look = new Semaphore(0);
        private volatile boolean over;

        private Poll(PodFacts pod) {
            this.pod = pod;
        }

        private void end() {
            over = true;
            look.release();
        }

        /** Whether it is to be answered, whatever there is to tell. */
        boolean isOver() {
            return over;
        }

        /** Waits until there may be something to tell, or the time is over. */
        void await(long nanos) throws InterruptedException {
            if (look.tryAcquire(nanos, TimeUnit.NANOSECONDS)) {
                look.drainPermits();
            }
        }

        @Override
        public void close() {
            byPod.remove(pod.uid(), this);
        }
    }
}
