package dev.chaperone.guardrail.proxy;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.chaperone.config.GuardrailConfigSpec;
import dev.chaperone.config.ServerConfig;
import dev.chaperone.config.ToolConfig;
import dev.chaperone.config.channel.ChangedDefinition;
import dev.chaperone.guardrail.engine.Definitions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What tool servers were seen to say of pinned tools. A server may say one thing to the agent and another to the
 * guardrail: of either the last is kept, and a tool is as pinned only when neither differs. In memory alone, so a
 * guardrail that starts anew looks again. Thread-safe.
 */
public final class Sightings {
    /** What was seen is relied on for this long. */
    static final Duration FRESH = Duration.ofMinutes(1);
    /** A difference that the guardrail saw is looked at again after this time, so that it heals. */
    static final Duration AGAIN = Duration.ofSeconds(10);
    /** What only the agent was shown is forgotten after this time, once the guardrail was shown the pinned definition. */
    static final Duration FORGOTTEN = Duration.ofMinutes(10);

    private record Server(String name, String url) {}

    /** @param asked when the server was asked, by the monotonic clock: what it says may be as old as that */
    private record Sight(String seen, long asked, Instant since) {}

    private static final class Tool {
        private @Nullable Sight byAgent;
        private @Nullable Sight byGuardrail;
    }

    private static final class Shown {
        private final Map<String, Tool> tools = new HashMap<>();
        private boolean doubted;
        private long doubtedAt;
    }

    private final LongSupplier nanos;
    private final Clock clock;
    // As many as servers with pins have ever been configured.
    private final Map<Server, Shown> servers = new ConcurrentHashMap<>();

    public Sightings(Clock clock) {
        this(System::nanoTime, clock);
    }

    /** @param nanos the monotonic clock */
    Sightings(LongSupplier nanos, Clock clock) {
        this.nanos = nanos;
        this.clock = clock;
    }

    long now() {
        return nanos.getAsLong();
    }

    /** What is known of the tools of a server. */
    Definitions of(ServerConfig server) {
        // Of pinned tools alone anybody asks: calls of others cost nothing here.
        return (tool, pinned) -> {
            Shown shown = shown(server);
            synchronized (shown) {
                return state(shown, shown.tools.get(tool), pinned);
            }
        };
    }

    /** Whether the server has to be asked before a call of the tool is decided. */
    boolean needsLook(ServerConfig server, String tool, String pinned) {
        Shown shown = shown(server);
        synchronized (shown) {
            Tool known = shown.tools.get(tool);
            if (known == null || (differs(known.byGuardrail, pinned) && isOlder(known.byGuardrail, AGAIN))) {
                return true;
            }
            return !isFresh(shown, known.byAgent) && !isFresh(shown, known.byGuardrail);
        }
    }

    /**
     * The agent is about to be shown a list, or a part of one.
     *
     * @param asked when the server was asked
     * @param proves whether this answers the agent's question for the list; if not, only differences are believed
     */
    void shownToAgent(ServerConfig server, ObjectNode message, long asked, boolean proves) {
        Map<String, String> pins = pins(server);
        if (pins.isEmpty() || !(message.path("result").path("tools") instanceof ArrayNode list)) {
            return;
        }
        var listed = new ListedDefinitions(pins.keySet());
        listed.add(list);
        Shown shown = shown(server);
        synchronized (shown) {
            listed.found().forEach((tool, seen) -> {
                if (proves || !seen.equals(pins.get(tool))) {
                    Tool known = shown.tools.computeIfAbsent(tool, _ -> new Tool());
                    known.byAgent = next(known.byAgent, seen, asked);
                }
            });
        }
    }

    /**
     * The guardrail was shown the whole list.
     *
     * @param asked when it asked
     */
    void looked(ServerConfig server, ListedDefinitions listed, long asked) {
        Shown shown = shown(server);
        synchronized (shown) {
            listed.all().forEach((tool, seen) -> {
                Tool known = shown.tools.computeIfAbsent(tool, _ -> new Tool());
                known.byGuardrail = next(known.byGuardrail, seen, asked);
            });
        }
    }

    /** The server says that its list has changed: what was seen before means nothing any more. */
    void doubted(ServerConfig server) {
        Shown shown = shown(server);
        synchronized (shown) {
            shown.doubted = true;
            shown.doubtedAt = now();
        }
    }

    /** The pinned tools of a config of which another definition was seen, and nothing since that contradicts it. */
    public List<ChangedDefinition> changed(GuardrailConfigSpec config) {
        List<ChangedDefinition> changed = new ArrayList<>();
        for (ServerConfig server : config.servers()) {
            Map<String, String> pins = pins(server);
            Shown shown = pins.isEmpty() ? null : servers.get(new Server(server.name(), server.url()));
            if (shown == null) {
                continue;
            }
            synchronized (shown) {
                pins.forEach((tool, pinned) -> {
                    Tool known = shown.tools.get(tool);
                    if (known != null && state(shown, known, pinned) == Definitions.State.CHANGED) {
                        Sight sight = differs(known.byGuardrail, pinned) ? known.byGuardrail : known.byAgent;
                        if (sight != null) {
                            changed.add(
                                    new ChangedDefinition(server.name(), tool, sight.seen(), sight.since()));
                        }
                    }
                });
            }
        }
        return changed;
    }

    static Map<String, String> pins(ServerConfig server) {
        Map<String, String> pins = new HashMap<>();
        if (server.tools() != null) {
            for (ToolConfig tool : server.tools()) {
                if (tool.definition() != null) {
                    pins.put(tool.name(), tool.definition());
                }
            }
        }
        return pins;
    }

    private Shown shown(ServerConfig server) {
        return servers.computeIfAbsent(new Server(server.name(), server.url()), _ -> new Shown());
    }

    private Definitions.State state(Shown shown, @Nullable Tool tool, String pinned) {
        if (tool == null) {
            return Definitions.State.UNKNOWN;
        }
        if (differs(tool.byGuardrail, pinned) || (differs(tool.byAgent, pinned) && !isForgotten(tool))) {
            return Definitions.State.CHANGED;
        }
        boolean fresh = isFresh(shown, tool.byGuardrail)
                || (isFresh(shown, tool.byAgent) && !differs(tool.byAgent, pinned));
        return fresh ? Definitions.State.AS_PINNED : Definitions.State.UNKNOWN;
    }

    private boolean isForgotten(Tool tool) {
        return isOlder(tool.byAgent, FORGOTTEN) && tool.byGuardrail != null && tool.byAgent != null
                && tool.byGuardrail.asked() - tool.byAgent.asked() > 0;
    }

    private boolean isFresh(Shown shown, @Nullable Sight sight) {
        return sight != null && !isOlder(sight, FRESH)
                && !(shown.doubted && sight.asked() - shown.doubtedAt <= 0);
    }

    private boolean isOlder(@Nullable Sight sight, Duration age) {
        return sight != null && now() - sight.asked() > age.toNanos();
    }

    private static boolean differs(@Nullable Sight sight, String pinned) {
        return sight != null && !sight.seen().equals(pinned);
    }

    private Sight next(@Nullable Sight before, String seen, long asked) {
        if (before != null && before.asked() - asked > 0) {
            // An answer that was longer on its way tells of an earlier time.
            return before;
        }
        Instant since = before != null && before.seen().equals(seen)
                ? before.since()
                : Instant.ofEpochMilli(clock.millis());
        return new Sight(seen, asked, since);
    }
}
