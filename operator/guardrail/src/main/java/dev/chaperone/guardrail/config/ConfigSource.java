package dev.chaperone.guardrail.config;

/**
 * Where bundles come from: a directory, a compiler in the same process, the operator's channel. A source only carries
 * bytes; what they are worth is decided by {@link ActiveConfig}.
 */
public interface ConfigSource extends AutoCloseable {
    /**
     * Starts to deliver. The latest bundle is offered as soon as it is known, and again whenever it changes; offers
     * come one at a time.
     */
    void start(Offers offers);

    /** Stops delivering. */
    @Override
    void close();

    /** Takes what a source delivers. */
    interface Offers {
        /**
         * A bundle as {@link dev.chaperone.config.BundleCodec} writes it.
         *
         * @return whether it is now what calls are decided by
         */
        boolean offer(byte[] bundle);
    }
}
