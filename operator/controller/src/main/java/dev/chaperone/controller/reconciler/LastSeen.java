package dev.chaperone.controller.reconciler;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What this replica saw last of resources, also of those that were deleted, since they may be made again; of the 1024 that
 * were seen last. Thread-safe.
 */
public final class LastSeen<K, V> {
    private static final int MOST = 1024;

    private final Map<K, V> remembered = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
            return size() > MOST;
        }
    };

    /** @return what was seen before; null when that is not remembered */
    public synchronized @Nullable V replace(K resource, V seen) {
        return remembered.put(resource, seen);
    }

    /** @return what was seen before; null when that is not remembered */
    public synchronized @Nullable V forget(K resource) {
        return remembered.remove(resource);
    }
}
