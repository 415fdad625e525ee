package dev.chaperone.guardrail.config;

import dev.chaperone.config.GuardrailConfigSpec;
import dev.chaperone.config.channel.CredentialSet;
import dev.chaperone.config.channel.EgressLockReport;
import dev.chaperone.config.channel.MessageException;
import dev.chaperone.config.channel.SyncAnswer;
import dev.chaperone.config.channel.SyncRequest;
import dev.chaperone.guardrail.spool.Spool;
import dev.chaperone.guardrail.state.CredentialStore;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The operator's control channel. One thread says again and again what this guardrail holds and is told what it should
 * hold; the operator keeps its answer back until there is something new, or for some seconds. Whatever goes wrong
 * leaves the last good config and its credentials in force.
 */
public final class OperatorConfigSource implements ConfigSource {
    private static final Logger LOG = LoggerFactory.getLogger(OperatorConfigSource.class);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(15);
    /** The operator answers at least that often. */
    private static final Duration MOST_WAIT = Duration.ofSeconds(10);
    private static final Duration LEAST_WAIT = Duration.ofMillis(250);
    private static final Duration NO_LEASE = Duration.ofHours(1);
    private static final Duration GLANCE = Duration.ofMillis(250);
    private static final Duration FAREWELL = Duration.ofMillis(500);
    private static final Duration QUICK = Duration.ofMillis(100);
    private static final Duration QUICK_REST = Duration.ofMillis(500);
    private static final int QUICK_ROUNDS = 8;

    private final Function<BooleanSupplier, ChannelClient> clients;
    private final ChannelClient client;
    private final CredentialStore store;
    private final Freshness freshness;
    private final Backoff backoff = new Backoff();
    private final Thread thread = new Thread(this::run, "operator-channel");
    private @Nullable Offers offers;
    private @Nullable CredentialSet given;
    private @Nullable String refused;
    private @Nullable String trouble;
    private @Nullable EgressLockReport toldLock;
    /** When the first of the leases ends, by {@link System#nanoTime()}. */
    private long leaseEnd;
    private boolean stored = true;
    private int attempt;
    private int quick;
    private volatile boolean stopped;

    /**
     * @param url where the operator listens
     * @param authorities the authority that its certificate comes from, in PEM
     * @param tokenFile the projected token
     * @param credentials where tool credentials are kept; the directory is this source's own
     * @throws IllegalArgumentException for a URL or authorities that are none
     */
    public OperatorConfigSource(URI url, String authorities, Path tokenFile, Path credentials) {
        this(url, authorities, tokenFile, credentials, ANSWER_TIMEOUT, Freshness.ofAttempts());
    }

    OperatorConfigSource(URI url, String authorities, Path tokenFile, Path credentials, Duration answerTimeout,
            Freshness freshness) {
        ChannelTls tls = ChannelTls.trusting(authorities);
        this.clients = unwanted -> new ChannelClient(url, tls, tokenFile, answerTimeout, unwanted);
        this.client = clients.apply(this::isUnwanted);
        this.store = new CredentialStore(credentials);
        this.freshness = freshness;
        thread.setDaemon(true);
    }

    @Override
    public Freshness freshness() {
        return freshness;
    }

    @Override
    public EvidenceSender sender(Spool spool) {
        return new EvidenceSender(spool, clients, EvidenceSender.Pace.NORMAL);
    }

    @Override
    public void start(Offers taker) {
        offers = taker;
        thread.start();
    }

    // The lock is set while this guardrail already waits for the operator, and the agent starts right after it.
    private boolean isUnwanted() {
        return stopped || freshness.isOutdated(attempt)
                || (toldLock == null && offers != null && offers.egressLock() != null);
    }

    private void run() {
        Offers taker = Objects.requireNonNull(offers);
        while (!stopped) {
            attempt = freshness.began();
            boolean settled = freshness.holds();
            if (!settled) {
                // After a stop nothing that was under way says how it stands now.
                client.close();
            }
            long start = System.nanoTime();
            Duration rest = Duration.ZERO;
            try {
                round(taker, settled && trouble == null ? untilLeasesAreHalfOver() : Duration.ZERO);
                freshness.ended(attempt);
                recovered();
                rest = afterRound(System.nanoTime() - start);
            } catch (Exception | LinkageError | StackOverflowError e) {
                freshness.ended(attempt);
                if (!isUnwanted()) {
                    failed(e);
                    rest = backoff.next();
                }
            }
            rest(rest);
        }
        client.close();
    }

    /** So that a lease is renewed before it ends, also one that is shorter than the operator holds answers back. */
    private Duration untilLeasesAreHalfOver() {
        Duration half = Duration.ofNanos(leaseEnd - System.nanoTime()).dividedBy(2);
        return half.compareTo(LEAST_WAIT) < 0 ? LEAST_WAIT : half.compareTo(MOST_WAIT) > 0 ? MOST_WAIT : half;
    }

    private void round(Offers taker, Duration wait) throws IOException, MessageException {
        if (given == null) {
            given = store.read();
        }
        long asked = System.nanoTime();
        toldLock = taker.egressLock();
        SyncAnswer answer = client.sync(new SyncRequest(
                taker.boot(),
                List.of(GuardrailConfigSpec.FORMAT),
                revision(taker),
                refused,
                given.digest(),
                taker.lastAuditLine(),
                taker.trail(),
                taker.held(),
                taker.changedDefinitions(),
                toldLock,
                wait));
        leaseEnd = asked + answer.leases().values().stream().min(Comparator.naturalOrder()).orElse(NO_LEASE).toNanos();
        taker.renewed(asked, answer.leases());
        if (!answer.revision().equals(refused)) {
            refused = null;
        }
        Exception noCredentials = null;
        if (!answer.credentials().equals(given.digest())) {
            try {
                given = client.credentials();
                stored = false;
                store.removeOthers(given);
                taker.credentialsChanged();
            } catch (IOException | MessageException e) {
                // The next config may be stricter, and does not wait for what only makes more possible.
                noCredentials = e;
            }
        }
        if (!answer.revision().equals(revision(taker)) && refused == null) {
            load(taker, answer.revision(), given);
        }
        if (!stored && answer.revision().equals(revision(taker))) {
            store.write(given);
            stored = true;
            taker.credentialsChanged();
        }
        if (noCredentials != null) {
            throw new IOException("no credentials: " + noCredentials.getMessage(), noCredentials);
        }
    }

    private void load(Offers taker, String revision, CredentialSet credentials) throws IOException {
        byte[] bundle;
        try {
            bundle = client.bundle(revision);
        } catch (ChannelAnswer.TooLargeException e) {
            LOG.atError().addKeyValue("revision", revision).log("A config is too large for this guardrail");
            refused = revision;
            return;
        }
        if (!stored) {
            // New credentials go with the new config: under the one in force, a server of the same name may live at an
            // address that they must not be sent to. Those of servers that it does not know can be there already.
            GuardrailConfigSpec inForce = taker.inForce();
            store.removeChanged(credentials);
            store.add(credentials, server -> !isKnown(inForce, server));
            taker.credentialsChanged();
        }
        if (!taker.offer(revision, bundle)) {
            refused = revision;
        }
    }

    private static boolean isKnown(@Nullable GuardrailConfigSpec config, String server) {
        return config != null && config.servers().stream().anyMatch(known -> known.name().equals(server));
    }

    private static @Nullable String revision(Offers taker) {
        GuardrailConfigSpec config = taker.inForce();
        return config == null ? null : config.revision();
    }

    private void recovered() {
        backoff.reset();
        if (trouble != null) {
            LOG.info("The operator answers again");
            trouble = null;
        }
    }

    private void failed(Throwable failure) {
        String now = failure.toString();
        if (!now.equals(trouble)) {
            LOG.atWarn().addKeyValue("error", now).log("The operator is not heard, the last good config stays");
            trouble = now;
        }
    }

    // Whoever answers at once, again and again, is asked no more often than it is of use.
    private Duration afterRound(long nanos) {
        quick = nanos < QUICK.toNanos() ? quick + 1 : 0;
        return quick > QUICK_ROUNDS ? QUICK_REST : Duration.ZERO;
    }

    private void rest(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        try {
            for (long left = time.toMillis(); left > 0 && !isUnwanted();) {
                Thread.sleep(Math.min(left, GLANCE.toMillis()));
                left = Duration.ofNanos(end - System.nanoTime()).toMillis();
            }
        } catch (InterruptedException e) {
            stopped = true;
        }
    }

    @Override
    public void close() {
        stopped = true;
        try {
            thread.join(FAREWELL);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
