package dev.chaperone.operator.admission;

import dev.chaperone.injection.Owners;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Remembers for a moment who was found, for a rollout asks for the same owner with each pod. Not longer: an owner that
 * was changed meanwhile would lend its old name to other pods. Controllers themselves lag behind by about as much, so
 * that a change which is taken back at once was never seen by asking anew either. Who was not found is asked for again.
 */
public final class RecentOwners implements Owners {
    static final Duration MOMENT = Duration.ofMillis(500);

    private static final int MOST = 1000;

    private final Owners owners;
    private final LongSupplier nanoTime;
    private final Map<Key, Found> recent = new ConcurrentHashMap<>();

    private record Key(String namespace, String apiVersion, String kind, String name, String uid) {}

    private record Found(Owner owner, long at) {}

    public RecentOwners(Owners owners) {
        this(owners, System::nanoTime);
    }

    RecentOwners(Owners owners, LongSupplier nanoTime) {
        this.owners = owners;
        this.nanoTime = nanoTime;
    }

    @Override
    public @Nullable Owner find(String namespace, String apiVersion, String kind, String name, String uid) {
        Key key = new Key(namespace, apiVersion, kind, name, uid);
        Found found = recent.get(key);
        return found != null && nanoTime.getAsLong() - found.at() < MOMENT.toNanos() ? found.owner() : ask(key);
    }

    @Override
    public @Nullable Owner findAnew(String namespace, String apiVersion, String kind, String name, String uid) {
        return ask(new Key(namespace, apiVersion, kind, name, uid));
    }

    private @Nullable Owner ask(Key key) {
        // Before it is asked for: what is found is at least as new.
        long now = nanoTime.getAsLong();
        Owner owner = owners.findAnew(key.namespace(), key.apiVersion(), key.kind(), key.name(), key.uid());
        if (owner == null) {
            recent.remove(key);
            return null;
        }
        if (recent.size() >= MOST) {
            recent.clear();
        }
        recent.put(key, new Found(owner, now));
        return owner;
    }
}
