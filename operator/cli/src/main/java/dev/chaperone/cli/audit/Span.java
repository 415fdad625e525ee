package dev.chaperone.cli.audit;

/** Numbers of records that follow one another, both ends included. */
public record Span(long from, long to) {
    /** One record. */
    static Span of(long sequence) {
        return new Span(sequence, sequence);
    }

    long size() {
        return to - from + 1;
    }

    @Override
    public String toString() {
        return from == to ? "seq " + from : "seq " + from + "–" + to;
    }
}
