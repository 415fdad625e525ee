package dev.chaperone.config.channel;

/** Where the channel's requests go, and how large what they carry may be. */
public final class ChannelPaths {
    /** POST a {@link SyncRequest}, and a {@link SyncAnswer} comes back. */
    public static final String SYNC = "/v1/sync";
    /** GET with a revision behind it: the bundle as {@link dev.chaperone.config.BundleCodec} writes it. */
    public static final String BUNDLES = "/v1/bundles/";
    /** GET: a {@link CredentialSet}. */
    public static final String CREDENTIALS = "/v1/credentials";
    /** POST an {@link EvidenceBatch}, and an {@link EvidenceAnswer} comes back once the lines are kept. */
    public static final String EVIDENCE = "/v1/evidence";
    /** No {@link EvidenceBatch} is larger. */
    public static final int MAX_EVIDENCE_BYTES = 256 << 10;
    /** No message other than a bundle is larger. */
    public static final int MAX_MESSAGE_BYTES = 1 << 20;
    /** No bundle is larger. */
    public static final int MAX_BUNDLE_BYTES = 32 << 20;

    private ChannelPaths() {}
}
