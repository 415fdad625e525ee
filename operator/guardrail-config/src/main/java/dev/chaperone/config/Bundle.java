package dev.chaperone.config;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a guardrail loads: a config and the programs that it names. Named by {@link GuardrailConfigSpec#revision},
 * which covers the programs through their digests; {@link BundleCodec} checks both when it reads.
 *
 * @param config the config
 * @param programs serialised checked CEL expressions ({@code cel.expr.CheckedExpr}) by their {@code sha256:} digest
 */
public record Bundle(GuardrailConfigSpec config, SortedMap<String, byte[]> programs) {
    public Bundle {
        programs = Collections.unmodifiableSortedMap(new TreeMap<>(programs));
    }

    public String revision() {
        return config.revision();
    }
}
