package dev.chaperone.guardrail.proxy;

import dev.chaperone.guardrail.telemetry.Metrics;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The looks at tool servers that are under way on one event loop. Calls that want the same wait for the same one. */
final class DefinitionLooks {
    private static final Logger LOG = LoggerFactory.getLogger(DefinitionLooks.class);
    // Sessions are the agent's to open.
    private static final int MAX_UNDER_WAY = 16;

    private final EventLoop loop;
    private final UpstreamConnections upstream;
    private final Map<LookRequest.Key, List<Consumer<DefinitionLook.Result>>> underWay = new HashMap<>();

    DefinitionLooks(EventLoop loop, UpstreamConnections upstream) {
        this.loop = loop;
        this.upstream = upstream;
    }

    /**
     * Looks, or waits for who does already.
     *
     * @param done told once, later or at once
     */
    void look(
            LookRequest request,
            Limits limits,
            HeldBytes.Share held,
            Metrics metrics,
            Consumer<DefinitionLook.Result> done) {
        LookRequest.Key key = request.key();
        List<Consumer<DefinitionLook.Result>> others = underWay.get(key);
        if (others != null) {
            others.add(done);
            return;
        }
        if (underWay.size() == MAX_UNDER_WAY) {
            metrics.looked(false);
            done.accept(new DefinitionLook.Result.Failed("too many looks are under way", 0));
            return;
        }
        List<Consumer<DefinitionLook.Result>> waiting = new ArrayList<>();
        waiting.add(done);
        underWay.put(key, waiting);
        new One(request, limits, held, metrics, waiting).start();
    }

    private final class One {
        private final LookRequest request;
        private final Metrics metrics;
        private final List<Consumer<DefinitionLook.Result>> waiting;
        private final DefinitionLook look;
        private long asked;

        One(LookRequest request, Limits limits, HeldBytes.Share held, Metrics metrics,
                List<Consumer<DefinitionLook.Result>> waiting) {
            this.request = request;
            this.metrics = metrics;
            this.waiting = waiting;
            this.look = new DefinitionLook(request, upstream, limits, held, this::ended);
        }

        void start() {
            asked = request.sightings().now();
            look.start(loop);
        }

        private void ended(DefinitionLook.Result result) {
            underWay.remove(request.key());
            metrics.looked(result instanceof DefinitionLook.Result.Complete);
            if (result instanceof DefinitionLook.Result.Failed failed) {
                LOG.atWarn().addKeyValue("server", request.server().name()).addKeyValue("reason", failed.why())
                        .log("What the tool server says of its tools could not be learnt");
            } else {
                request.sightings().looked(request.server(), look.listed(), asked);
            }
            waiting.forEach(one -> one.accept(result));
        }
    }
}
