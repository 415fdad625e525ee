package dev.chaperone.it.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chaperone.config.DefaultVerdict;
import dev.chaperone.config.DenialCode;
import dev.chaperone.config.EnforcementMode;
import dev.chaperone.config.FailurePolicy;
import dev.chaperone.config.Verdict;
import dev.chaperone.guardrail.engine.Decision;
import dev.chaperone.it.oracle.World.Policy;
import dev.chaperone.it.oracle.World.Rule;
import dev.chaperone.policy.PolicyCompiler;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** What a change of policies may change in decisions, whatever they decide. */
class MetamorphicTest {
    private static final int WORLDS = Integer.getInteger("oracle.worlds", 250);
    private static final long SEED = Long.getLong("oracle.seed", 1);
    private static final int CALLS_A_WORLD = 12;

    private record Outcome(Verdict verdict, DenialCode code, Verdict would) {
        static Outcome of(Decision decision) {
            return new Outcome(decision.verdict(), decision.code(), decision.wouldVerdict());
        }
    }

    private final PolicyCompiler compiler = new PolicyCompiler();
    private final Random random = new Random(SEED);

    @Test
    void semantic4_orderAndNamesNeverMatter() {
        compare(world -> {
            List<Policy> policies = new ArrayList<>();
            for (Policy policy : world.policies()) {
                List<Rule> rules = new ArrayList<>();
                policy.rules().forEach(rule -> rules.add(rule.named("x" + random.nextInt(1_000) + rule.name())));
                Collections.shuffle(rules, random);
                policies.add(policy.withRules(rules).named("x" + random.nextInt(1_000) + policy.name()));
            }
            Collections.shuffle(policies, random);
            return world.withPolicies(policies);
        }, (before, after) -> assertThat(after).isEqualTo(before));
    }

    @Test
    void semantic4_aDenyRuleInAPolicyOfItsOwnNeverLoosens() {
        compare(world -> {
            List<Policy> policies = new ArrayList<>();
            for (Policy policy : world.policies()) {
                List<Rule> denying = policy.rules().stream().filter(rule -> rule.verdict() == Verdict.DENY).toList();
                List<Rule> others = new ArrayList<>(policy.rules());
                others.removeAll(denying);
                policies.add(policy.withRules(others));
                if (!denying.isEmpty()) {
                    policies.add(policy.withRules(denying).withDefault(DefaultVerdict.NO_OPINION)
                            .named(policy.name() + "-denies"));
                }
            }
            return world.withPolicies(policies);
        }, (before, after) -> assertThat(after.verdict()).isGreaterThanOrEqualTo(before.verdict()));
    }

    @Test
    void semantic9_aPolicyThatAuditsNeverChangesAVerdict() {
        compare(world -> {
            List<Policy> policies = new ArrayList<>(world.policies());
            for (Policy policy : new RandomWorld(random).world().policies()) {
                // What was not accepted denies, also if it meant to audit: only rules that surely compile here.
                List<Rule> rules = policy.rules().stream().filter(rule -> rule.when() == null).toList();
                if (!policy.broken()) {
                    policies.add(new Policy(policy.cluster(), policy.namespace(), "audits-" + policy.name(),
                            policy.namespaces(), policy.agents(), EnforcementMode.AUDIT, null, policy.defaultVerdict(),
                            FailurePolicy.FAIL, List.of(), rules, false));
                }
            }
            return world.withPolicies(policies);
        }, (before, after) -> {
            assertThat(after.verdict()).isEqualTo(before.verdict());
            assertThat(after.code()).isEqualTo(before.code());
        });
    }

    @Test
    void semantic9_enforcingWhatOnlyAuditedDecidesWhatItWouldHave() {
        compare(world -> world.withPolicies(world.policies().stream().map(MetamorphicTest::enforced).toList()),
                (before, after) -> assertThat(after.verdict()).isEqualTo(before.would()));
    }

    private static Policy enforced(Policy policy) {
        return new Policy(policy.cluster(), policy.namespace(), policy.name(), policy.namespaces(), policy.agents(),
                EnforcementMode.ENFORCE, 100, policy.defaultVerdict(), policy.failurePolicy(), policy.variables(),
                policy.rules(), policy.broken());
    }

    private void compare(UnaryOperator<World> change, BiConsumer<Outcome, Outcome> relation) {
        for (long seed = SEED; seed < SEED + WORLDS; seed++) {
            // Given
            Random ofSeed = new Random(seed);
            World world = new RandomWorld(ofSeed).world();
            Compiled before = Compiled.of(compiler, world);
            Compiled after = Compiled.of(compiler, change.apply(world));
            RandomCalls calls = new RandomCalls(ofSeed, world);
            for (int i = 0; i < CALLS_A_WORLD; i++) {
                World.Call call = calls.next();
                if (call.readable()) {
                    // When
                    Outcome one = outcome(before, call);
                    Outcome other = outcome(after, call);

                    // Then
                    relation.accept(one, other);
                }
            }
        }
    }

    private static Outcome outcome(Compiled compiled, World.Call call) {
        try {
            return Outcome.of(compiled.decide(call));
        } catch (dev.chaperone.guardrail.json.MalformedJsonException e) {
            throw new AssertionError(call.body(), e);
        }
    }
}
