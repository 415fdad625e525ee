package dev.chaperone.guardrail.config;

import dev.chaperone.config.BundleCodec;
import dev.chaperone.config.BundleException;
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
public final class ActiveConfig implements ConfigSource.Offers {
    private static final Logger LOG = LoggerFactory.getLogger(ActiveConfig.class);

    private final BundleCache cache;
    private final Consumer<Loading> observer;
    private volatile @Nullable Engine current;

    /** What became of an offer, for metrics. */
    public enum Loading {
        LOADED, UNCHANGED, REFUSED
    }

    /**
     * @param stateDirectory where the last good bundle is kept
     * @param observer told of every offer's fate
     */
    public ActiveConfig(Path stateDirectory, Consumer<Loading> observer) {
        this.cache = new BundleCache(stateDirectory);
        this.observer = observer;
    }

    /** What decides now; null before there is a config, when every call is denied. */
    public @Nullable Engine current() {
        return current;
    }

    /** Loads the bundle that was last good, if there is one and nothing newer has come yet. */
    public void restore() {
        try {
            byte[] bundle = cache.read();
            if (bundle != null && current == null) {
                load(bundle, false);
            }
        } catch (IOException e) {
            LOG.atWarn().addKeyValue("error", e.toString()).log("The last good config is not readable");
        }
    }

    @Override
    public boolean offer(byte[] bundle) {
        return load(bundle, true);
    }

    private synchronized boolean load(byte[] bytes, boolean keep) {
        try {
            var bundle = BundleCodec.read(bytes);
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
            LOG.atInfo().addKeyValue("revision", bundle.revision()).log("Config loaded");
            return true;
        } catch (BundleException | IOException | RuntimeException | StackOverflowError e) {
            observer.accept(Loading.REFUSED);
            LOG.atError().addKeyValue("error", e.toString()).log("Config refused, the last good one stays");
            return false;
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
