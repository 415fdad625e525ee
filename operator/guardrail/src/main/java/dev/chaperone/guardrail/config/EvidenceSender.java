package dev.chaperone.guardrail.config;

import dev.chaperone.config.channel.MessageException;
import dev.chaperone.guardrail.spool.Spool;
import dev.chaperone.guardrail.spool.SpoolBatch;
import java.io.IOException;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the audit trail to the operator, in order, and takes its acknowledgements. One thread with a connection of its
 * own, which is closed while there is nothing to send. What was not acknowledged is sent again, for as long as it takes.
 */
public final class EvidenceSender implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EvidenceSender.class);
    private static final int DISTRUSTED = 409;

    private final Spool spool;
    private final ChannelClient client;
    private final Pace pace;
    private final Backoff backoff = new Backoff();
    private final Thread thread = new Thread(this::run, "evidence-channel");
    private @Nullable String trouble;
    private boolean closing;
    private long deadline;

    /**
     * How it takes its time.
     *
     * @param gather for how long lines are gathered that go together
     * @param quiet after so long without a line the connection is closed
     * @param farewell how long the last lines may take when the process ends
     */
    record Pace(Duration gather, Duration quiet, Duration farewell) {
        static final Pace NORMAL = new Pace(Duration.ofMillis(500), Duration.ofSeconds(3), Duration.ofSeconds(3));
    }

    EvidenceSender(Spool spool, Function<BooleanSupplier, ChannelClient> clients, Pace pace) {
        this.spool = spool;
        this.client = clients.apply(this::isOver);
        this.pace = pace;
        thread.setDaemon(true);
    }

    /** Begins to send. */
    public void start() {
        thread.start();
    }

    private void run() {
        while (!isOver()) {
            try {
                if (spool.await(isClosing() ? Duration.ZERO : pace.quiet())) {
                    gather();
                    send();
                    recovered();
                } else {
                    client.close();
                    spool.settle();
                    if (isClosing()) {
                        break;
                    }
                }
            } catch (InterruptedException e) {
                break;
            } catch (Exception | LinkageError | StackOverflowError e) {
                client.close();
                failed(e);
                pause(backoff.next());
            }
        }
        client.close();
    }

    /** Few messages with many lines cost less than many with few. */
    private void gather() {
        if (!isClosing() && !spool.isMuch()) {
            pause(pace.gather());
        }
    }

    private void send() throws IOException, MessageException {
        SpoolBatch batch = spool.next();
        if (batch == null) {
            return;
        }
        try {
            spool.acknowledge(batch, client.evidence(batch.message()));
        } catch (ChannelClient.StatusException e) {
            if (e.status() != DISTRUSTED || batch.message().acknowledgement() == null) {
                throw e;
            }
            LOG.warn(
                    "The operator does not know its own acknowledgement, the trail is sent again from where it is kept");
            spool.distrusted();
        }
    }

    private void recovered() {
        backoff.reset();
        if (trouble != null) {
            LOG.info("The audit trail is taken again");
            trouble = null;
        }
    }

    private void failed(Throwable failure) {
        String now = failure.toString();
        if (!now.equals(trouble)) {
            LOG.atWarn().addKeyValue("error", now).log("The audit trail is not acknowledged, it waits on the disk");
            trouble = now;
        }
    }

    /** Less when the process is about to end. */
    private synchronized void pause(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        boolean closed = closing;
        try {
            for (long left = time.toMillis(); left > 0 && closed == closing && !isOver();) {
                wait(closing ? Math.min(left, Duration.ofNanos(deadline - System.nanoTime()).toMillis() + 1) : left);
                left = Duration.ofNanos(end - System.nanoTime()).toMillis();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized boolean isClosing() {
        return closing;
    }

    private synchronized boolean isOver() {
        return closing && System.nanoTime() - deadline >= 0;
    }

    /** Sends what is left, within its time. */
    @Override
    public void close() {
        synchronized (this) {
            if (!closing) {
                closing = true;
                deadline = System.nanoTime() + pace.farewell().toNanos();
                notifyAll();
            }
        }
        spool.wake();
        try {
            // The operator may be at an answer, which is looked up from every quarter of a second.
            thread.join(pace.farewell().plusMillis(500));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
