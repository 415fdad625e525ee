package dev.chaperone.controller.plan;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Computes a value when it is first asked for. */
final class Once<T> implements Supplier<T> {
    private final Supplier<T> supplier;
    private volatile @Nullable T value;

    Once(Supplier<T> supplier) {
        this.supplier = supplier;
    }

    // Twice at worst, to the same value.
    @Override
    public T get() {
        T known = value;
        if (known == null) {
            known = supplier.get();
            value = known;
        }
        return known;
    }
}
