package dev.chaperone.guardrail.json;

import java.util.Iterator;

/** Charges each element that is visited. */
record MeteredIterator<T>(Iterator<T> iterator, WorkMeter meter) implements Iterator<T> {
    /** The iterator itself where nothing is counted. */
    static <T> Iterator<T> of(Iterator<T> iterator) {
        WorkMeter meter = WorkMeter.bound();
        return meter == null ? iterator : new MeteredIterator<>(iterator, meter);
    }

    @Override
    public boolean hasNext() {
        return iterator.hasNext();
    }

    @Override
    public T next() {
        meter.spend(WorkMeter.ITEM);
        return iterator.next();
    }
}
