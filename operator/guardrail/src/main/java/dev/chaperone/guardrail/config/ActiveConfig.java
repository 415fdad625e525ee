package dev.chaperone.guardrail.config;

import dev.chaperone.config.BundleCodec;
import dev.chaperone.config.BundleException;
import dev.chaperone.config.GuardrailConfigSpec;
import dev.chaperone.config.Verdict;
import dev.chaperone.guardrail.engine.Engine;
import dev.chaperone.guardrail.engine.OversightState;
import dev.chaperone.guardrail.engine.SessionState;
import dev.chaperone.guardrail.engine.ToolCall;
import dev.chaperone.guardrail.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one config that calls are decided by. It changes by the swap of one reference, so a call that took it once is
 * decided under exactly one revision; an offer that cannot be loaded changes nothing.
 */
public final class ActiveConfig {
    private static final Logger LOG = LoggerFactory.getLogger(ActiveConfig.class);

    private final BundleCache cache;
    private final Consumer<Loading> observer;
    private final Freshness freshness;
    private volatile @Nullable Engine current;

    /** What became of an offer, for metrics. */
    public enum Loading {
        LOADED, UNCHANGED, REFUSED
    }

    /**
     * @param stateDirectory where the last good bundle is kept
     * @param observer told of every offer's fate
     * @param freshness whether what was loaded last may decide
     */
    public ActiveConfig(Path stateDirectory, Consumer<Loading> observer, Freshness freshness) {
        this.cache = new BundleCache(stateDirectory);
        this.observer = observer;
        this.freshness = freshness;
    }

    /** What decides now; null before there is a config and while it may be outdated, when every call is denied. */
    public @Nullable Engine current() {
        // In this order: a stop in between is noticed.
        Engine engine = current;
        return freshness.holds() ? engine : null;
    }

    /** What was loaded last; null before there is a config. */
    public @Nullable GuardrailConfigSpec loaded() {
        Engine engine = current;
        return engine == null ? null : engine.config();
    }

    /** Why there was no {@link #current}, for the audit trail. */
    public String whyNone() {
        return current == null ? "no config" : "the config may be outdated";
    }

    /** Loads the bundle that was last good, if there is one and nothing newer has come yet. */
    public void restore() {
        try {
            byte[] bundle = cache.read();
            if (bundle != null && current == null) {
                load(null, bundle, false);
            }
        } catch (IOException e) {
            LOG.atWarn().addKeyValue("error", e.toString()).log("The last good config is not readable");
        }
    }

    /** Loads a bundle, unless it is refused; says whether it is now what calls are decided by. */
    public boolean offer(byte[] bundle) {
        try {
            return load(null, bundle, true);
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * As {@link #offer(byte[])}, and refused when it is not of this revision.
     *
     * @throws IOException when it cannot be kept
     */
    public boolean offer(String revision, byte[] bundle) throws IOException {
        return load(revision, bundle, true);
    }

    private synchronized boolean load(@Nullable String revision, byte[] bytes, boolean keep) throws IOException {
        try {
            var bundle = BundleCodec.read(bytes);
            if (revision != null && !revision.equals(bundle.revision())) {
                throw new BundleException("the bundle is " + bundle.revision() + " and not " + revision);
            }
            Engine before = current;
            if (before != null && before.config().revision().equals(bundle.revision())) {
                observer.accept(Loading.UNCHANGED);
                return true;
            }
            Engine engine = Engine.load(bundle);
            selfTest(engine);
            // Kept before it is used: after a crash in between, the newer config is loaded again, never an older one.
            if (keep) {
                cache.write(bytes);
            }
            current = engine;
            observer.accept(Loading.LOADED);
            tellOfAgent(before, engine);
            LOG.atInfo().addKeyValue("revision", bundle.revision()).log("Config loaded");
            return true;
        } catch (BundleException | RuntimeException | StackOverflowError e) {
            observer.accept(Loading.REFUSED);
            LOG.atError().addKeyValue("error", e.toString()).log("Config refused, the last good one stays");
            return false;
        } catch (IOException e) {
            observer.accept(Loading.REFUSED);
            LOG.atError().addKeyValue("error", e.toString()).log("Config cannot be kept, the last good one stays");
            throw e;
        }
    }

    /** A pod stays the same agent for as long as it lives. */
    private static void tellOfAgent(@Nullable Engine before, Engine after) {
        String agent = after.config().agent().id();
        if (before != null && !before.config().agent().id().equals(agent)) {
            LOG.atWarn().addKeyValue("agent", agent).addKeyValue("before", before.config().agent().id())
                    .log("The config in force is another agent's than the one before");
        }
    }

    /** A config under which a call to a tool that cannot exist is not denied must never decide anything. */
    private static void selfTest(Engine engine) throws BundleException {
        var decision = engine.decide(
                new OversightState(Set.of()),
                new SessionState("self-test", Instant.EPOCH, false),
                new ToolCall("chaperone-self-test", "none", JsonObject.EMPTY, Instant.EPOCH));
        if (decision.verdict() != Verdict.DENY) {
            throw new BundleException("the self-test call was not denied");
        }
    }
}
