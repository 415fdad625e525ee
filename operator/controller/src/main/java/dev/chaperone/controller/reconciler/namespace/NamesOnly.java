package dev.chaperone.controller.reconciler.namespace;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.informers.cache.BasicItemStore;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import java.util.function.Supplier;

/** Keeps of each object who it is. */
final class NamesOnly<T extends HasMetadata> extends BasicItemStore<T> {
    private final Supplier<T> empty;

    NamesOnly(Supplier<T> empty) {
        super(Cache::metaNamespaceKeyFunc);
        this.empty = empty;
    }

    @Override
    public T put(String key, T object) {
        ObjectMeta metadata = object.getMetadata();
        T slim = empty.get();
        slim.setMetadata(
                new ObjectMetaBuilder().withNamespace(metadata.getNamespace())
                        .withName(metadata.getName())
                        .withUid(metadata.getUid())
                        .withResourceVersion(metadata.getResourceVersion())
                        .build());
        return super.put(key, slim);
    }
}
