package dev.chaperone.controller.view;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.dsl.Informable;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.Collection;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

/** The facts of all objects of one kind, kept up to date. */
final class Watched<T extends HasMetadata, F> implements AutoCloseable {
    private final FactStore<T, F> store;
    private final SharedIndexInformer<T> informer;

    private Watched(FactStore<T, F> store, SharedIndexInformer<T> informer) {
        this.store = store;
        this.informer = informer;
    }

    /** @param changed called on the informer's threads */
    static <T extends HasMetadata, F> Watched<T, F> start(
            Informable<T> objects, Supplier<T> empty, Function<T, F> facts, Runnable changed) {
        FactStore<T, F> store = new FactStore<>(empty, facts, changed);
        SharedIndexInformer<T> informer = objects.runnableInformer(0)
                .removeNamespaceIndex()
                .itemStore(store)
                // A watch that breaks, or a list that fails, is begun again for as long as the operator runs.
                .exceptionHandler((started, failure) -> true);
        CompletionStage<Void> synced = informer.start();
        synced.thenRun(changed);
        return new Watched<>(store, informer);
    }

    boolean synced() {
        return informer.hasSynced();
    }

    Collection<F> facts() {
        return store.facts();
    }

    @Override
    public void close() {
        informer.stop();
    }
}
