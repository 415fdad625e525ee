package dev.chaperone.config;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** Names configs by their content. */
public final class Revisions {
    private Revisions() {}

    /** The revision of a config: the digest of its canonical JSON without the revision itself. */
    public static String of(GuardrailConfigSpec config) {
        ObjectNode tree = BundleWriter.config(config);
        tree.remove("revision");
        return Digests.of(CanonicalJson.bytes(tree));
    }
}
