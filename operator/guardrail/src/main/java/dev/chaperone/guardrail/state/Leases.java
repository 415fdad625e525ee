package dev.chaperone.guardrail.state;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.chaperone.config.JsonTrees;
import dev.chaperone.guardrail.engine.OversightState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * For how long each oversight requirement is known to hold. What nobody renews ends by itself, by a clock that nobody
 * sets; a restart of the process neither prolongs nor ends anything.
 */
public final class Leases implements Supplier<OversightState> {
    private static final Logger LOG = LoggerFactory.getLogger(Leases.class);
    private static final String MACHINE = "machine";
    private static final String KEPT = "kept";
    private static final String ENDS = "ends";

    /** @param until when the first of them ends, by the monotonic clock */
    private record Held(OversightState state, long until) {
        boolean countsAt(long now) {
            return now - until < 0;
        }
    }

    private final StateFile file;
    private final MachineClock machine;
    private final LongSupplier clock;
    private final SortedMap<String, Long> ends = new TreeMap<>();
    private volatile Held held;

    private Leases(StateFile file, MachineClock machine, LongSupplier clock) {
        this.file = file;
        this.machine = machine;
        this.clock = clock;
        this.held = new Held(OversightState.NONE, clock.getAsLong() + Long.MAX_VALUE);
    }

    /** Continues those that were running when this guardrail's last process ended. */
    public static Leases open(Path stateDirectory) {
        return open(stateDirectory, MachineClock.ofLinux(), System::nanoTime);
    }

    /** @param clock monotonic, in nanoseconds */
    static Leases open(Path stateDirectory, MachineClock machine, LongSupplier clock) {
        Leases leases = new Leases(new StateFile(stateDirectory.resolve("leases.json")), machine, clock);
        leases.restore();
        return leases;
    }

    /** What is known to hold at this moment. */
    @Override
    public OversightState get() {
        Held now = held;
        return now.countsAt(clock.getAsLong()) ? now.state() : anew();
    }

    private synchronized OversightState anew() {
        long now = clock.getAsLong();
        ends.values().removeIf(end -> end - now <= 0);
        long until = now + Long.MAX_VALUE;
        for (long end : ends.values()) {
            until = end - until < 0 ? end : until;
        }
        Set<String> names = Set.copyOf(ends.keySet());
        if (!held.state().heldLeases().equals(names)) {
            LOG.atInfo().addKeyValue("held", new TreeMap<>(ends).keySet()).log("Oversight that is known to hold");
        }
        held = new Held(new OversightState(names), until);
        return held.state();
    }

    /**
     * Takes what the operator knows; whatever it does not name has ended.
     *
     * @param asked when it was asked, by the monotonic clock: how long its answer was under way must prolong nothing
     * @param lengths how long each requirement is known to hold from then on
     */
    public synchronized void renew(long asked, Map<String, Duration> lengths) {
        ends.clear();
        lengths.forEach((requirement, length) -> ends.put(requirement, asked + length.toNanos()));
        anew();
        keep();
    }

    // Kept as a time of the machine, which the next process of this pod still has.
    private void keep() {
        try {
            long now = clock.getAsLong();
            Duration up = machine.up();
            ObjectNode tree = JsonNodeFactory.instance.objectNode().put(MACHINE, machine.boot())
                    .put(KEPT, up.toMillis());
            ObjectNode list = tree.putObject(ENDS);
            ends.forEach((requirement, end) -> list.put(requirement, up.plusNanos(end - now).toMillis()));
            file.write(JsonTrees.write(tree));
        } catch (IOException e) {
            LOG.atWarn().addKeyValue("error", e.toString()).log("Leases cannot be kept, and end with this process");
            forget();
        }
    }

    // What lies there may hold longer than what is known now.
    private void forget() {
        try {
            Files.deleteIfExists(file.path());
        } catch (IOException e) {
            LOG.atError().addKeyValue("error", e.toString()).log("Leases of before cannot be removed");
        }
    }

    private synchronized void restore() {
        if (!file.exists()) {
            return;
        }
        try {
            JsonNode tree = JsonTrees.read(file.read());
            Duration up = machine.up();
            // Where containers are shown a time of their own, it begins anew with this one, and no end can be told by it.
            boolean goesOn = up.toMillis() >= tree.path(KEPT).asLong(Long.MAX_VALUE);
            if (goesOn && machine.boot().equals(tree.path(MACHINE).textValue())) {
                long now = clock.getAsLong();
                tree.path(ENDS).properties().forEach(
                        end -> ends.put(end.getKey(),
                                now + Duration.ofMillis(end.getValue().longValue()).minus(up).toNanos()));
                anew();
            }
        } catch (IOException | ArithmeticException e) {
            ends.clear();
            LOG.atWarn().addKeyValue("error", e.toString()).log("Leases of before are not readable, and have ended");
        }
    }
}
