package dev.chaperone.injection;

import dev.chaperone.injection.GuardrailSettings.PullPolicy;
import dev.chaperone.injection.GuardrailSettings.Resources;

/** Settings for tests. */
final class Settings {
    static final GuardrailSettings TYPICAL = new GuardrailSettings(
            "registry.example/chaperone/guardrail@sha256:" + "0123456789abcdef".repeat(4), PullPolicy.IF_NOT_PRESENT,
            GuardrailSettings.channelUrl("chaperone-system"),
            "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n", Resources.DEFAULT);

    private Settings() {}
}
