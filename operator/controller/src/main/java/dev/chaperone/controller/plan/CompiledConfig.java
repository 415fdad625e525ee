package dev.chaperone.controller.plan;

import dev.chaperone.config.AgentIdentity;
import dev.chaperone.config.Bundle;
import dev.chaperone.config.BundleCodec;
import dev.chaperone.config.GuardrailConfigSpec;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Supplier;

/** A compiled config with its bundle. Two of one revision are equal. */
public final class CompiledConfig {
    /** What etcd and the API server take, less room for metadata, managed fields and status. */
    static final int LARGEST_RESOURCE = 1_000_000;

    private final Bundle bundle;
    private final Supplier<byte[]> bytes;
    private final Supplier<Boolean> tooLarge;

    CompiledConfig(Bundle bundle) {
        this.bundle = bundle;
        this.bytes = new Once<>(() -> BundleCodec.write(bundle));
        this.tooLarge = new Once<>(() -> size(bundle.config()) > LARGEST_RESOURCE);
    }

    /** The same config for another agent of the same labels. */
    static CompiledConfig forAgent(AgentIdentity agent, Bundle of) {
        return new CompiledConfig(new Bundle(of.config().forAgent(agent), of.programs()));
    }

    public String revision() {
        return bundle.revision();
    }

    public GuardrailConfigSpec spec() {
        return bundle.config();
    }

    /** The bundle as guardrails load it; encoded once, do not change it. */
    public byte[] bytes() {
        return bytes.get();
    }

    /** Whether no object can hold the whole config. */
    public boolean isTooLarge() {
        return tooLarge.get();
    }

    /** What stands in the GuardrailConfig: everything, or who and which revision when that is too large. */
    public GuardrailConfigSpec resourceSpec() {
        GuardrailConfigSpec config = bundle.config();
        return isTooLarge()
                ? new GuardrailConfigSpec(
                        config.revision(), config.format(), config.agent(), config.posture(), List.of(), List.of(),
                        List.of())
                : config;
    }

    private static int size(GuardrailConfigSpec config) {
        return Serialization.asJson(config).getBytes(StandardCharsets.UTF_8).length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CompiledConfig config && config.revision().equals(revision());
    }

    @Override
    public int hashCode() {
        return revision().hashCode();
    }

    @Override
    public String toString() {
        return revision();
    }
}
