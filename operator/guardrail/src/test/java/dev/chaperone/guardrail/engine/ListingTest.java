package dev.chaperone.guardrail.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chaperone.config.DefaultVerdict;
import dev.chaperone.config.FailurePolicy;
import dev.chaperone.config.Verdict;
import org.junit.jupiter.api.Test;

class ListingTest {
    private final TestBundles bundles = new TestBundles();

    @Test
    void semantic5_aDefaultOfDenyHidesWhatOthersAllow() {
        // Given
        bundles.policy("allows", DefaultVerdict.ALLOW);
        bundles.policy("denies", DefaultVerdict.DENY,
                bundles.rule("r", "any/read", "args.x == 1", Verdict.ALLOW, FailurePolicy.FAIL, null),
                bundles.rule("s", "any/write", "args.x == 1", Verdict.DENY, FailurePolicy.FAIL, null));
        Engine engine = bundles.engine();

        // Then
        assertThat(engine.listed(OversightState.NONE, TestBundles.SESSION, "any", "read")).isTrue();
        assertThat(engine.listed(OversightState.NONE, TestBundles.SESSION, "any", "write")).isFalse();
        assertThat(engine.listed(OversightState.NONE, TestBundles.SESSION, "any", "other")).isFalse();
    }

    @Test
    void semantic6_aFaultHidesUnlessItIsIgnored() {
        // Given
        bundles.policy("p", DefaultVerdict.ALLOW, TestBundles.faulty("f", Verdict.ALLOW, FailurePolicy.IGNORE));
        boolean ignored = bundles.engine().listed(OversightState.NONE, TestBundles.SESSION, "any", "tool");
        bundles.policy("q", DefaultVerdict.ALLOW, TestBundles.faulty("f", Verdict.ALLOW, FailurePolicy.FAIL));

        // When
        boolean failing = bundles.engine().listed(OversightState.NONE, TestBundles.SESSION, "any", "tool");

        // Then
        assertThat(ignored).isTrue();
        assertThat(failing).isFalse();
    }
}
