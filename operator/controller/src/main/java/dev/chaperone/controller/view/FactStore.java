package dev.chaperone.controller.view;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import io.fabric8.kubernetes.client.informers.cache.ItemStore;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What an informer keeps: of each object its facts, and of the object no more than its name and version. Tells when
 * facts change, which most updates of pods do not.
 */
final class FactStore<T extends HasMetadata, F> implements ItemStore<T> {
    private record Item<T, F>(T stub, F facts) {}

    private final Supplier<T> empty;
    private final Function<T, F> facts;
    private final Runnable changed;
    private final ConcurrentMap<String, Item<T, F>> items = new ConcurrentHashMap<>();

    FactStore(Supplier<T> empty, Function<T, F> facts, Runnable changed) {
        this.empty = empty;
        this.facts = facts;
        this.changed = changed;
    }

    Collection<F> facts() {
        return items.values().stream().map(Item::facts).toList();
    }

    @Override
    public String getKey(T object) {
        return Cache.metaNamespaceKeyFunc(object);
    }

    @Override
    public @Nullable T put(String key, T object) {
        Item<T, F> now = new Item<>(stub(object), facts.apply(object));
        Item<T, F> before = items.put(key, now);
        if (before == null || !before.facts().equals(now.facts())) {
            changed.run();
        }
        return before == null ? null : before.stub();
    }

    @Override
    public @Nullable T remove(String key) {
        Item<T, F> before = items.remove(key);
        if (before == null) {
            return null;
        }
        changed.run();
        return before.stub();
    }

    @Override
    public Stream<String> keySet() {
        return List.copyOf(items.keySet()).stream();
    }

    @Override
    public Stream<T> values() {
        return items.values().stream().map(Item::stub).toList().stream();
    }

    @Override
    public int size() {
        return items.size();
    }

    @Override
    public @Nullable T get(String key) {
        Item<T, F> item = items.get(key);
        return item == null ? null : item.stub();
    }

    private T stub(T object) {
        ObjectMeta metadata = object.getMetadata();
        T stub = empty.get();
        stub.setMetadata(
                new ObjectMetaBuilder().withNamespace(metadata.getNamespace())
                        .withName(metadata.getName())
                        .withUid(metadata.getUid())
                        .withResourceVersion(metadata.getResourceVersion())
                        .build());
        return stub;
    }
}
