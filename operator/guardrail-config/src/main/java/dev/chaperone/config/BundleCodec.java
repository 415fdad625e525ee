package dev.chaperone.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Writes bundles to bytes and reads them back, believing nothing that the digests do not prove. */
public final class BundleCodec {
    private BundleCodec() {}

    /** One JSON document, the same bytes for the same bundle. */
    public static byte[] write(Bundle bundle) {
        try {
            return JsonTrees.write(BundleWriter.bundle(bundle));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** @throws BundleException when the bytes are not a whole, undamaged bundle of a format that this code reads */
    public static Bundle read(byte[] bytes) throws BundleException {
        JsonNode tree;
        try {
            tree = JsonTrees.read(bytes);
        } catch (IOException e) {
            throw new BundleException("not JSON: " + describe(e), e);
        }
        // The format is looked at first: a newer writer's fields are then no surprise but a clear answer.
        int format = tree.path("format").asInt(-1);
        if (format != GuardrailConfigSpec.FORMAT) {
            throw new BundleException(
                    "bundle format " + format + " is not format " + GuardrailConfigSpec.FORMAT
                            + ", which this guardrail reads");
        }
        JsonNode config = tree.path("config");
        if (!config.hasNonNull("agent") || config.path("format").asInt(-1) != format) {
            throw new BundleException("the bundle has no config of its format");
        }
        return verified(BundleReader.bundle(tree));
    }

    private static Bundle verified(Bundle bundle) throws BundleException {
        String revision = Revisions.of(bundle.config());
        if (!revision.equals(bundle.revision())) {
            throw new BundleException("the config is " + revision + " but calls itself " + bundle.revision());
        }
        for (Map.Entry<String, byte[]> program : bundle.programs().entrySet()) {
            if (!Digests.of(program.getValue()).equals(program.getKey())) {
                throw new BundleException("program " + program.getKey() + " is damaged");
            }
        }
        Set<String> missing = new TreeSet<>(referenced(bundle.config()));
        missing.removeAll(bundle.programs().keySet());
        if (!missing.isEmpty()) {
            throw new BundleException("programs are missing: " + String.join(", ", missing));
        }
        return bundle;
    }

    /** The digests of all programs that a config names. */
    public static Set<String> referenced(GuardrailConfigSpec config) {
        return config.policies().stream()
                .flatMap(policy -> java.util.stream.Stream.concat(
                        policy.rules().stream().map(RuleConfig::program),
                        policy.variables().stream().map(VariableConfig::program)))
                .filter(java.util.Objects::nonNull)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String describe(Exception e) {
        return e instanceof JsonProcessingException json ? json.getOriginalMessage() : String.valueOf(e.getMessage());
    }
}
