package dev.chaperone.guardrail.engine;

import dev.chaperone.config.Bundle;
import dev.chaperone.config.BundleException;
import dev.chaperone.config.DenialCode;
import dev.chaperone.config.GuardrailConfigSpec;
import dev.chaperone.config.Verdict;
import java.util.List;

/** Decides tool calls under one config. Immutable, thread-safe and without side effects. */
public final class Engine {
    private final GuardrailConfigSpec config;

    private Engine(GuardrailConfigSpec config) {
        this.config = config;
    }

    /**
     * Links a bundle.
     *
     * @throws BundleException when a program is missing, broken or needs a function that this guardrail lacks
     */
    public static Engine load(Bundle bundle) throws BundleException {
        return new Engine(bundle.config());
    }

    /** The config that this engine decides by. */
    public GuardrailConfigSpec config() {
        return config;
    }

    /** Decides a call. Never throws: whatever fails inside is a denial. */
    public Decision decide(OversightState oversight, SessionState session, ToolCall call) {
        return new Decision(Verdict.DENY, DenialCode.INTERNAL_ERROR, List.of(), List.of(), Verdict.DENY, 0,
                config.revision());
    }

    /** Whether a tool is shown to the agent: unless it would be denied whatever its arguments. */
    public boolean listed(OversightState oversight, SessionState session, String server, String tool) {
        return false;
    }
}
