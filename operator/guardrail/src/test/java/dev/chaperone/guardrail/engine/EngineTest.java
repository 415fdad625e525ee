package dev.chaperone.guardrail.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.chaperone.config.Bundle;
import dev.chaperone.config.BundleException;
import dev.chaperone.config.DefaultVerdict;
import dev.chaperone.config.DenialCode;
import dev.chaperone.config.EnforcementMode;
import dev.chaperone.config.FailurePolicy;
import dev.chaperone.config.OversightLease;
import dev.chaperone.config.PolicyConfig;
import dev.chaperone.config.RuleConfig;
import dev.chaperone.config.ServerConfig;
import dev.chaperone.config.Stakes;
import dev.chaperone.config.ToolConfig;
import dev.chaperone.config.VariableConfig;
import dev.chaperone.config.Verdict;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class EngineTest {
    private static final SessionState SESSION = TestBundles.SESSION;
    private static final OversightState NONE = OversightState.NONE;

    private final TestBundles bundles = new TestBundles();

    private Decision decide(String server, String tool, String arguments) {
        return bundles.engine().decide(NONE, SESSION, TestBundles.call(server, tool, arguments));
    }

    private static JsonNode schema(String text) {
        try {
            return new ObjectMapper().readTree(text);
        } catch (Exception e) {
            throw new IllegalArgumentException(e);
        }
    }

    @Test
    void semantic4_no_policies_is_deny() {
        Decision decision = bundles.decide("{}");
        assertThat(decision.verdict()).isEqualTo(Verdict.DENY);
        assertThat(decision.wouldVerdict()).isEqualTo(Verdict.DENY);
        assertThat(decision.code()).isEqualTo(DenialCode.POLICY_DENIED);
        assertThat(decision.revision()).startsWith("sha256:");
    }

    @Test
    void semantic4_all_no_opinion_is_deny() {
        bundles.policy("a", DefaultVerdict.NO_OPINION).policy("b", DefaultVerdict.NO_OPINION,
                bundles.rule("r", "args.x == 1", Verdict.ALLOW));
        assertThat(bundles.decide("{\"x\":2}").verdict()).isEqualTo(Verdict.DENY);
        assertThat(bundles.decide("{\"x\":1}").verdict()).isEqualTo(Verdict.ALLOW);
    }

    @ParameterizedTest
    @EnumSource(Verdict.class)
    void semantic3_within_a_policy_the_strictest_matching_rule_wins(Verdict strictest) {
        // Given
        List<RuleConfig> rules = new ArrayList<>();
        for (Verdict verdict : Verdict.values()) {
            if (verdict.compareTo(strictest) <= 0) {
                rules.add(bundles.rule("r" + verdict, "args.x == 1", verdict));
            }
        }
        bundles.policy("p", DefaultVerdict.DENY, rules.toArray(RuleConfig[]::new));

        // When
        Decision decision = bundles.decide("{\"x\":1}");

        // Then
        assertThat(decision.verdict()).isEqualTo(strictest);
        assertThat(decision.reasons()).hasSize(strictest.ordinal() + 1);
    }

    @ParameterizedTest
    @CsvSource({"NO_OPINION,DENY", "ALLOW,ALLOW", "DENY,DENY"})
    void semantic3_without_a_matching_rule_the_default_counts(DefaultVerdict byDefault, Verdict expected) {
        bundles.policy("p", byDefault, bundles.rule("r", "false", Verdict.END_SESSION),
                bundles.rule("s", "args.x == 2", Verdict.END_SESSION));
        assertThat(bundles.decide("{\"x\":1}").verdict()).isEqualTo(expected);
    }

    @Test
    void semantic3_a_matching_rule_sets_the_default_aside() {
        bundles.policy("p", DefaultVerdict.DENY, bundles.rule("r", null, Verdict.ALLOW));
        assertThat(bundles.decide("{}").allowed()).isTrue();
    }

    @Test
    void semantic5_a_policy_may_grant_where_others_have_no_opinion_but_never_loosens() {
        bundles.policy("ToolPolicy/dev/grant", DefaultVerdict.ALLOW).policy("ClusterToolPolicy/none",
                DefaultVerdict.NO_OPINION);
        assertThat(bundles.decide("{}").verdict()).isEqualTo(Verdict.ALLOW);
        bundles.policy("ClusterToolPolicy/deny", DefaultVerdict.DENY);
        assertThat(bundles.decide("{}").verdict()).isEqualTo(Verdict.DENY);
    }

    @ParameterizedTest
    @CsvSource({"ALLOW,", "REVIEW,REVIEW_UNAVAILABLE", "DENY,POLICY_DENIED", "END_SESSION,SESSION_ENDED"})
    void each_verdict_has_its_code(Verdict verdict, DenialCode code) {
        bundles.policy("p", DefaultVerdict.NO_OPINION, bundles.rule("r", null, verdict));
        assertThat(bundles.decide("{}").code()).isEqualTo(code);
    }

    @ParameterizedTest
    @EnumSource(Verdict.class)
    void semantic6_an_error_contributes_exactly_deny_whatever_the_rules_verdict(Verdict verdict) {
        bundles.policy("p", DefaultVerdict.ALLOW, bundles.rule("r", "args.gone == 1", verdict));
        Decision decision = bundles.decide("{}");
        assertThat(decision.verdict()).isEqualTo(Verdict.DENY);
        assertThat(decision.code()).isEqualTo(DenialCode.POLICY_DENIED);
        assertThat(decision.reasons())
                .containsExactly(new Reason("p", "r", Verdict.DENY, true, "attribute_not_found"));
    }

    @ParameterizedTest
    @EnumSource(Verdict.class)
    void semantic6_under_ignore_an_error_is_skipped_and_counted(Verdict verdict) {
        bundles.policy("p", DefaultVerdict.ALLOW,
                bundles.rule("r", "*", "args.gone == 1", verdict, FailurePolicy.IGNORE, "told"),
                TestBundles.faulty("f", verdict, FailurePolicy.IGNORE));
        Decision decision = bundles.decide("{}");
        assertThat(decision.verdict()).isEqualTo(Verdict.ALLOW);
        assertThat(decision.ignoredErrors()).isEqualTo(2);
        assertThat(decision.reasons()).containsExactly(new Reason("p", null, Verdict.ALLOW, true, null));
    }

    @Test
    void semantic6_a_fault_is_an_error_of_every_call_of_its_tools() {
        bundles.policy("p", DefaultVerdict.ALLOW, TestBundles.faulty("f", Verdict.ALLOW, FailurePolicy.FAIL));
        assertThat(bundles.decide("{}").reasons())
                .containsExactly(new Reason("p", "f", Verdict.DENY, true, "fault"));
    }

    @Test
    void semantic6_variables_are_lazy_and_fail_only_where_they_are_read() {
        // Given
        bundles.policy("p", EnforcementMode.ENFORCE, 100, DefaultVerdict.NO_OPINION,
                List.of(bundles.variable("bad", "args.gone"), bundles.variable("good", "args.x + 1"),
                        bundles.variable("sum", "variables.good + variables.good"),
                        new VariableConfig("faulty", "?", null, "gone")),
                bundles.rule("ok", "variables.sum == 4", Verdict.ALLOW));
        Engine unread = bundles.engine();
        bundles.policy("q", EnforcementMode.ENFORCE, 100, DefaultVerdict.NO_OPINION,
                List.of(bundles.variable("bad", "args.gone"), new VariableConfig("faulty", "?", null, "gone")),
                bundles.rule("absorbed", "variables.bad == 1 || variables.faulty || true", Verdict.ALLOW));
        Engine absorbed = bundles.engine();
        bundles.policy("r", EnforcementMode.ENFORCE, 100, DefaultVerdict.NO_OPINION,
                List.of(new VariableConfig("faulty", "?", null, "gone")),
                bundles.rule("read", "variables.faulty || args.x == 2", Verdict.ALLOW));
        Engine read = bundles.engine();

        // Then
        ToolCall call = TestBundles.call("any", "tool", "{\"x\":1}");
        assertThat(unread.decide(NONE, SESSION, call).verdict()).isEqualTo(Verdict.ALLOW);
        assertThat(absorbed.decide(NONE, SESSION, call).verdict()).isEqualTo(Verdict.ALLOW);
        assertThat(read.decide(NONE, SESSION, call).verdict()).isEqualTo(Verdict.DENY);
    }

    @Test
    void a_variable_is_evaluated_once_a_call() {
        // Given
        String scan = "args.text.contains('zz')";
        bundles.policy("p", EnforcementMode.ENFORCE, 100, DefaultVerdict.ALLOW,
                List.of(bundles.variable("scan", scan)), bundles.rule("a", "variables.scan", Verdict.DENY),
                bundles.rule("b", "variables.scan && true", Verdict.DENY),
                bundles.rule("c", "!variables.scan || variables.scan", Verdict.ALLOW));
        Work work = Work.fresh();

        // When
        bundles.engine().decide(NONE, SESSION,
                TestBundles.call("any", "tool", "{\"text\":\"" + "x".repeat(10_000) + "\"}"), work);

        // Then
        assertThat(work.enforced().spent()).isBetween(10_000L, 11_000L);
    }

    @Test
    void a_variable_sees_only_those_before_it() {
        bundles.policy("p", EnforcementMode.ENFORCE, 100, DefaultVerdict.ALLOW,
                List.of(bundles.variable("a", "variables.b"), bundles.variable("b", "variables.a")),
                bundles.rule("r", "variables.b == 1", Verdict.ALLOW));
        assertThat(bundles.decide("{}").reasons()).singleElement()
                .satisfies(reason -> assertThat(reason.error()).isEqualTo("attribute_not_found"));
    }

    @Test
    void semantic7_unknown_tools_and_servers_are_denied_before_any_rule() {
        // Given
        bundles.server(new ServerConfig("files", "http://f", List.of(), false,
                List.of(new ToolConfig("read", Stakes.LOW, null))));
        bundles.policy("p", DefaultVerdict.ALLOW);

        // Then
        assertThat(decide("files", "read", "{}").verdict()).isEqualTo(Verdict.ALLOW);
        for (String[] unknown : new String[][]{{"files", "Read"}, {"files", "read "}, {"files", ""}, {"gone", "read"},
                {"any", ""}, {"any", "x".repeat(300)}, {"files", "reаd"}}) {
            Decision decision = decide(unknown[0], unknown[1], "{}");
            assertThat(decision.code()).isEqualTo(DenialCode.UNKNOWN_TOOL);
            assertThat(decision.wouldVerdict()).isEqualTo(Verdict.DENY);
        }
        assertThat(decide("any", "whatever", "{}").verdict()).isEqualTo(Verdict.ALLOW);
        assertThat(decide("any", "x".repeat(256), "{}").verdict()).isEqualTo(Verdict.ALLOW);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"{\"id\":\"a\"}|", "{\"id\":\"a\",\"n\":10.0}|", "{}|/id",
            "{\"id\":1}|/id", "{\"id\":\"a\",\"n\":\"10\"}|/n", "{\"id\":\"a\",\"n\":1.5}|/n",
            "{\"id\":\"a\",\"n\":[1]}|/n", "{\"id\":\"a\",\"x\":1}|/*", "{\"id\":\"a\",\"list\":[\"x\",3]}|/list/1",
            "{\"id\":\"a\",\"deep\":{\"secret-key\":1}}|/deep/*", "{\"id\":\"a\",\"deep\":{\"k\":\"v\"}}|",
            "{\"id\":\"a\",\"kind\":\"c\"}|/kind", "{\"id\":\"a\",\"kind\":\"b\"}|", "{\"id\":\"a\",\"kind\":2}|",
            "{\"id\":\"a\",\"kind\":2.0}|", "{\"id\":\"a\",\"either\":true}|/either", "{\"id\":\"a\",\"either\":5}|",
            "{\"id\":null}|/id"})
    void semantic7_arguments_must_fit_the_schema(String arguments, String pointer) {
        // Given
        bundles.server(new ServerConfig("files", "http://f", List.of(), false,
                List.of(new ToolConfig("read", Stakes.LOW, schema("""
                        {"type":"object","required":["id"],"additionalProperties":false,"properties":{
                          "id":{"type":"string"},"n":{"type":"integer"},
                          "list":{"type":"array","items":{"type":"string"}},
                          "deep":{"type":"object","additionalProperties":{"type":"string"}},
                          "kind":{"enum":["a","b",2]},
                          "either":{"anyOf":[{"type":"string"},{"type":"number"}]}}}""")))));
        bundles.policy("p", EnforcementMode.ENFORCE, 100, DefaultVerdict.ALLOW, List.of());

        // When
        Decision decision = decide("files", "read", arguments);

        // Then
        if (pointer == null) {
            assertThat(decision.verdict()).isEqualTo(Verdict.ALLOW);
        } else {
            assertThat(decision.code()).isEqualTo(DenialCode.INVALID_ARGUMENTS);
            assertThat(decision.reasons())
                    .containsExactly(new Reason("", null, Verdict.DENY, true, "invalid_arguments " + pointer));
        }
    }

    @Test
    void numbers_have_the_types_that_rules_were_checked_with() {
        // Given
        bundles.server(new ServerConfig("bank", "http://b", List.of(), false,
                List.of(new ToolConfig("pay", Stakes.HIGH, schema("""
                        {"type":"object","properties":{"amount":{"type":"number"},"count":{"type":"integer"},
                         "both":{"type":["integer","number"]},"any":{},
                         "items":{"type":"array","items":{"type":"number"}}}}""")))));
        bundles.policy("p", DefaultVerdict.NO_OPINION,
                bundles.rule("types", "type(args.amount) == double && type(args.count) == int"
                        + " && type(args.both) == double && type(args.any) == int"
                        + " && args.items.all(i, type(i) == double) && args.amount + 0.5 == 10.5", Verdict.ALLOW));

        // Then
        assertThat(decide("bank", "pay", "{\"amount\":10,\"count\":3.0,\"both\":1,\"any\":1,\"items\":[1,2.5]}")
                .verdict()).isEqualTo(Verdict.ALLOW);
        assertThat(decide("bank", "pay", "{\"count\":1e20}").code()).isEqualTo(DenialCode.INVALID_ARGUMENTS);
    }

    @Test
    void semantic9_an_audited_policy_adds_no_verdict_and_is_computed_by_the_same_code() {
        // Given
        bundles.policy("audited", EnforcementMode.AUDIT, 100, DefaultVerdict.NO_OPINION, List.of(),
                bundles.rule("r", "*", "args.x == 1", Verdict.END_SESSION, FailurePolicy.FAIL, "never told"));
        bundles.policy("enforced", DefaultVerdict.ALLOW);

        // When
        Decision match = bundles.decide("{\"x\":1}");
        Decision error = bundles.decide("{}");
        Decision none = bundles.decide("{\"x\":2}");

        // Then
        assertThat(match.verdict()).isEqualTo(Verdict.ALLOW);
        assertThat(match.wouldVerdict()).isEqualTo(Verdict.END_SESSION);
        assertThat(match.messages()).isEmpty();
        assertThat(match.reasons()).contains(new Reason("audited", "r", Verdict.END_SESSION, false, null));
        assertThat(error.verdict()).isEqualTo(Verdict.ALLOW);
        assertThat(error.wouldVerdict()).isEqualTo(Verdict.DENY);
        assertThat(none.wouldVerdict()).isEqualTo(Verdict.ALLOW);
    }

    @Test
    void semantic9_an_audited_allow_grants_nothing() {
        bundles.policy("audited", EnforcementMode.AUDIT, 100, DefaultVerdict.ALLOW, List.of());
        Decision decision = bundles.decide("{}");
        assertThat(decision.verdict()).isEqualTo(Verdict.DENY);
        assertThat(decision.wouldVerdict()).isEqualTo(Verdict.ALLOW);
    }

    @Test
    void semantic9_an_audited_policy_cannot_use_up_the_work_of_those_that_count() {
        bundles.policy("audited", EnforcementMode.AUDIT, 100, DefaultVerdict.NO_OPINION, List.of(),
                bundles.rule("slow", "args.l.exists(a, args.l == args.l.map(b, b) && a < 0)", Verdict.DENY));
        bundles.policy("enforced", DefaultVerdict.NO_OPINION, bundles.rule("r", "args.l.size() > 1", Verdict.ALLOW));
        Decision decision = bundles.decide("{\"l\":[" + "1,".repeat(999) + "1]}");
        assertThat(decision.verdict()).isEqualTo(Verdict.ALLOW);
        assertThat(decision.wouldVerdict()).isEqualTo(Verdict.DENY);
        assertThat(decision.reasons()).contains(new Reason("audited", "slow", Verdict.DENY, false, "work_limit"));
    }

    @Test
    void semantic12_messages_are_those_of_the_rules_that_decided() {
        bundles.policy("p", DefaultVerdict.NO_OPINION,
                bundles.rule("a", "*", null, Verdict.DENY, FailurePolicy.FAIL, "zzz"),
                bundles.rule("b", "*", null, Verdict.DENY, FailurePolicy.FAIL, "aaa"),
                bundles.rule("c", "*", null, Verdict.DENY, FailurePolicy.FAIL, "aaa"),
                bundles.rule("d", "*", null, Verdict.REVIEW, FailurePolicy.FAIL, "milder"),
                bundles.rule("e", "*", "false", Verdict.DENY, FailurePolicy.FAIL, "no match"));
        assertThat(bundles.decide("{}").messages()).containsExactly("aaa", "zzz");
    }

    @Test
    void semantic14_the_arm_of_a_canary_depends_on_the_session_alone() {
        // Given
        for (int percent : new int[]{0, 1, 37, 99, 100}) {
            var one = new TestBundles();
            one.policy("one", DefaultVerdict.ALLOW).policy("canary", EnforcementMode.ENFORCE, percent,
                    DefaultVerdict.DENY, List.of());
            var other = new TestBundles();
            other.policy("other", DefaultVerdict.ALLOW).policy("renamed", EnforcementMode.ENFORCE, percent,
                    DefaultVerdict.DENY, List.of());
            Engine engine = one.engine();
            Engine renamed = other.engine();
            ToolCall call = TestBundles.call("any", "tool", "{}");
            int denied = 0;
            for (int n = 0; n < 1_000; n++) {
                SessionState session = new SessionState("pod-" + n, TestBundles.NOW, false);

                // When
                Decision decision = engine.decide(NONE, session, call);

                // Then
                assertThat(decision.verdict()).isEqualTo(renamed.decide(NONE, session, call).verdict());
                assertThat(decision.wouldVerdict()).isEqualTo(Verdict.DENY);
                assertThat(decision.allowed()).isEqualTo(Canary.bucket(session.id()) >= percent);
                denied += decision.allowed() ? 0 : 1;
            }
            assertThat(denied).isBetween(percent * 10 - 60, percent * 10 + 60);
        }
    }

    @Test
    void semantic14_buckets_are_the_published_hash() {
        // sha256("chaperone.dev/canary:pod-1"), first eight bytes, unsigned, modulo 100; computed elsewhere
        assertThat(Canary.bucket("pod-1")).isEqualTo(60);
        assertThat(Canary.bucket("")).isEqualTo(50);
    }

    @Test
    void semantic4_order_and_names_of_policies_and_rules_never_matter() {
        Random random = new Random(11);
        String[] conditions = {"args.x == 1", "args.gone == 1", "args.x > 5", null, "false", "has(args.x)",
                "args.x in [1, 2, 3]", "variables.y == 1", "args.x == 'a' || args.x == 1"};
        for (int n = 0; n < 150; n++) {
            // Given
            var source = new TestBundles();
            List<PolicyConfig> policies = new ArrayList<>();
            for (int p = random.nextInt(4); p >= 0; p--) {
                List<RuleConfig> rules = new ArrayList<>();
                for (int r = random.nextInt(4); r > 0; r--) {
                    rules.add(source.rule("r" + r, random.nextInt(3) == 0 ? "any/t*" : "*",
                            conditions[random.nextInt(conditions.length)],
                            Verdict.values()[random.nextInt(4)], FailurePolicy.values()[random.nextInt(2)], null));
                }
                policies.add(new PolicyConfig("p" + p, EnforcementMode.values()[random.nextInt(2)],
                        random.nextInt(3) * 50, DefaultVerdict.values()[random.nextInt(3)], List.of(), rules));
            }
            List<PolicyConfig> shuffled = new ArrayList<>();
            for (PolicyConfig policy : policies) {
                List<RuleConfig> rules = new ArrayList<>(policy.rules());
                Collections.shuffle(rules, random);
                shuffled.add(new PolicyConfig("z" + random.nextInt(1_000_000), policy.mode(), policy.percent(),
                        policy.defaultVerdict(), List.of(), rules));
            }
            ToolCall call = TestBundles.call("any", "tool", "{\"x\":" + random.nextInt(8) + "}");

            // When
            Decision one = engine(source, policies).decide(NONE, SESSION, call);
            Decision other = engine(source, shuffled).decide(NONE, SESSION, call);

            // Then
            assertThat(other.verdict()).isEqualTo(one.verdict());
            assertThat(other.wouldVerdict()).isEqualTo(one.wouldVerdict());
            assertThat(other.code()).isEqualTo(one.code());
            assertThat(other.ignoredErrors()).isEqualTo(one.ignoredErrors());
            assertThat(other.reasons()).hasSameSizeAs(one.reasons()).isSorted();
            assertThat(one.reasons()).isSorted();
            assertThat(one.verdict()).isEqualTo(oracle(policies, call));
        }
    }

    /** The semantics once more, as plainly as can be. */
    private static Verdict oracle(List<PolicyConfig> policies, ToolCall call) {
        long x = (Long) call.arguments().get("x");
        Verdict all = null;
        for (PolicyConfig policy : policies) {
            boolean enforced = policy.mode() == EnforcementMode.ENFORCE
                    && Canary.bucket(SESSION.id()) < policy.percent();
            Verdict strictest = null;
            for (RuleConfig rule : policy.rules()) {
                Boolean matches = rule.when() == null ? Boolean.TRUE : switch (rule.when()) {
                    case "args.x == 1", "args.x == 'a' || args.x == 1" -> x == 1;
                    case "args.x > 5" -> x > 5;
                    case "false" -> false;
                    case "has(args.x)" -> true;
                    case "args.x in [1, 2, 3]" -> x >= 1 && x <= 3;
                    default -> null;
                };
                Verdict verdict = matches == null
                        ? (rule.failurePolicy() == FailurePolicy.FAIL ? Verdict.DENY : null)
                        : matches ? rule.verdict() : null;
                strictest = verdict == null ? strictest : strictest == null ? verdict : strictest.strictest(verdict);
            }
            if (strictest == null && policy.defaultVerdict() != DefaultVerdict.NO_OPINION) {
                strictest = Verdict.valueOf(policy.defaultVerdict().name());
            }
            if (enforced && strictest != null) {
                all = all == null ? strictest : all.strictest(strictest);
            }
        }
        return all == null ? Verdict.DENY : all;
    }

    private static Engine engine(TestBundles programs, List<PolicyConfig> policies) {
        Bundle bundle = programs.bundle();
        var config = dev.chaperone.config.GuardrailConfigSpec.of(bundle.config().agent(), bundle.config().servers(),
                policies, List.of());
        try {
            return Engine.load(new Bundle(config, bundle.programs()));
        } catch (BundleException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void an_ended_session_is_denied_whatever_policy_says() {
        bundles.policy("p", DefaultVerdict.ALLOW);
        SessionState ended = new SessionState("pod-1", TestBundles.NOW, true);
        Engine engine = bundles.engine();
        Decision decision = engine.decide(NONE, ended, TestBundles.call("any", "tool", "{}"));
        assertThat(decision.verdict()).isEqualTo(Verdict.DENY);
        assertThat(decision.code()).isEqualTo(DenialCode.SESSION_ENDED);
        assertThat(engine.listed(NONE, ended, "any", "tool")).isFalse();
        assertThat(engine.listed(NONE, SESSION, "any", "tool")).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"ALLOW,DENY,DENY,OVERSIGHT_LAPSED", "ALLOW,REVIEW,REVIEW,REVIEW_UNAVAILABLE",
            "REVIEW,DENY,DENY,OVERSIGHT_LAPSED", "DENY,DENY,DENY,POLICY_DENIED", "DENY,REVIEW,DENY,POLICY_DENIED",
            "END_SESSION,DENY,END_SESSION,SESSION_ENDED"})
    void a_lapsed_requirement_narrows(Verdict policy, Verdict narrowing, Verdict expected, DenialCode code) {
        // Given
        bundles.policy("p", DefaultVerdict.NO_OPINION, bundles.rule("r", null, policy));
        bundles.lease(new OversightLease("monitor",
                List.of(new OversightLease.Narrowing(List.of("any/t*"), Stakes.HIGH, narrowing))));
        Engine engine = bundles.engine();
        ToolCall call = TestBundles.call("any", "tool", "{}");

        // When
        Decision lapsed = engine.decide(new OversightState(Set.of("other")), SESSION, call);
        Decision held = engine.decide(new OversightState(Set.of("monitor")), SESSION, call);
        Decision elsewhere = engine.decide(NONE, SESSION, TestBundles.call("any", "other", "{}"));

        // Then
        assertThat(lapsed.verdict()).isEqualTo(expected);
        assertThat(lapsed.code()).isEqualTo(code);
        assertThat(lapsed.reasons())
                .contains(new Reason("OversightLease/monitor", null, narrowing, true, null));
        assertThat(held.verdict()).isEqualTo(policy);
        assertThat(elsewhere.verdict()).isEqualTo(policy);
    }

    @Test
    void a_lapsed_requirement_stands_for_no_opinion_and_grants_nothing() {
        bundles.policy("p", DefaultVerdict.NO_OPINION);
        bundles.lease(new OversightLease("review",
                List.of(new OversightLease.Narrowing(List.of("*"), null, Verdict.REVIEW))));
        assertThat(bundles.decide("{}").verdict()).isEqualTo(Verdict.DENY);
        assertThat(bundles.decide("{}").code()).isEqualTo(DenialCode.POLICY_DENIED);
    }

    @Test
    void a_lease_narrows_only_tools_of_its_stakes() {
        bundles.server(new ServerConfig("files", "http://f", List.of(), false,
                List.of(new ToolConfig("low", Stakes.LOW, null), new ToolConfig("high", Stakes.HIGH, null))));
        bundles.policy("p", DefaultVerdict.ALLOW);
        bundles.lease(new OversightLease("eval",
                List.of(new OversightLease.Narrowing(List.of("*"), Stakes.HIGH, Verdict.DENY))));
        assertThat(decide("files", "low", "{}").verdict()).isEqualTo(Verdict.ALLOW);
        assertThat(decide("files", "high", "{}").code()).isEqualTo(DenialCode.OVERSIGHT_LAPSED);
        Engine engine = bundles.engine();
        assertThat(engine.listed(NONE, SESSION, "files", "low")).isTrue();
        assertThat(engine.listed(NONE, SESSION, "files", "high")).isFalse();
        assertThat(engine.listed(new OversightState(Set.of("eval")), SESSION, "files", "high")).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"ALLOW,DENY,DENY", "REVIEW,REVIEW,REVIEW", "DENY,REVIEW,DENY", "END_SESSION,DENY,END_SESSION"})
    void semantic9_an_agent_that_is_only_watched_is_never_blocked_by_a_verdict(
            Verdict policy, Verdict narrowing, Verdict would) {
        // Given
        bundles.onlyAudits();
        bundles.policy("p", DefaultVerdict.NO_OPINION, bundles.rule("r", null, policy));
        bundles.lease(new OversightLease("monitor",
                List.of(new OversightLease.Narrowing(List.of("*"), null, narrowing))));
        Engine engine = bundles.engine();

        // When
        Decision decision = engine.decide(NONE, SESSION, TestBundles.call("any", "tool", "{}"));

        // Then
        assertThat(decision.verdict()).isEqualTo(Verdict.ALLOW);
        assertThat(decision.code()).isNull();
        assertThat(decision.messages()).isEmpty();
        assertThat(decision.wouldVerdict()).isEqualTo(would);
        assertThat(decision.reasons()).isNotEmpty().noneMatch(Reason::counted);
        assertThat(engine.listed(NONE, SESSION, "any", "tool")).isTrue();
    }

    @Test
    void semantic9_whoever_is_only_watched_needs_no_policy_and_goes_on_after_its_session_was_ended() {
        // Given
        bundles.onlyAudits();
        SessionState ended = new SessionState("pod-1", TestBundles.NOW, true);

        // When
        Decision decision = bundles.engine().decide(NONE, ended, TestBundles.call("any", "tool", "{}"));

        // Then
        assertThat(decision.verdict()).isEqualTo(Verdict.ALLOW);
        assertThat(decision.wouldVerdict()).isEqualTo(Verdict.DENY);
        assertThat(bundles.engine().listed(NONE, ended, "any", "tool")).isTrue();
    }

    @Test
    void semantic7_what_has_no_single_meaning_is_denied_whoever_is_only_watched() {
        // Given
        bundles.onlyAudits();
        bundles.server(new ServerConfig("files", "http://f", List.of(), false,
                List.of(new ToolConfig("known", Stakes.LOW, null))));

        // When
        Decision unknown = decide("files", "other", "{}");
        Decision nowhere = decide("nowhere", "tool", "{}");

        // Then
        assertThat(unknown.code()).isEqualTo(DenialCode.UNKNOWN_TOOL);
        assertThat(nowhere.code()).isEqualTo(DenialCode.UNKNOWN_TOOL);
    }

    @Test
    void semantic1_a_tool_is_listed_unless_denied_whatever_the_arguments() {
        // Given
        bundles.policy("p", DefaultVerdict.NO_OPINION,
                bundles.rule("a", "any/allowed", null, Verdict.ALLOW, FailurePolicy.FAIL, null),
                bundles.rule("b", "any/perhaps", "args.x == 1", Verdict.ALLOW, FailurePolicy.FAIL, null),
                bundles.rule("c", "any/reviewed", "true", Verdict.REVIEW, FailurePolicy.FAIL, null),
                bundles.rule("d", "any/denied", null, Verdict.ALLOW, FailurePolicy.FAIL, null),
                bundles.rule("e", "any/denied", "true", Verdict.DENY, FailurePolicy.FAIL, null),
                bundles.rule("f", "any/maybe-denied", null, Verdict.ALLOW, FailurePolicy.FAIL, null),
                bundles.rule("g", "any/maybe-denied", "args.x == 1", Verdict.DENY, FailurePolicy.FAIL, null),
                bundles.rule("h", "any/never", "false", Verdict.ALLOW, FailurePolicy.FAIL, null),
                bundles.rule("i", "any/only-deny", "args.x == 1", Verdict.DENY, FailurePolicy.FAIL, null));
        Engine engine = bundles.engine();

        // Then
        for (String listed : List.of("allowed", "perhaps", "reviewed", "maybe-denied")) {
            assertThat(engine.listed(NONE, SESSION, "any", listed)).as(listed).isTrue();
        }
        for (String hidden : List.of("denied", "never", "only-deny", "unheard-of")) {
            assertThat(engine.listed(NONE, SESSION, "any", hidden)).as(hidden).isFalse();
        }
        assertThat(engine.listed(NONE, SESSION, "gone", "allowed")).isFalse();
    }

    @Test
    void semantic1_what_is_not_listed_is_denied_for_any_arguments() {
        Random random = new Random(5);
        String[] conditions = {"args.x == 1", "args.gone == 1", null, "false", "true", "has(args.x)"};
        int hidden = 0;
        for (int n = 0; n < 200; n++) {
            // Given
            var source = new TestBundles();
            for (int p = random.nextInt(3); p >= 0; p--) {
                RuleConfig[] rules = new RuleConfig[random.nextInt(3)];
                for (int r = 0; r < rules.length; r++) {
                    rules[r] = source.rule("r" + r, "*", conditions[random.nextInt(conditions.length)],
                            Verdict.values()[random.nextInt(4)], FailurePolicy.values()[random.nextInt(2)], null);
                }
                source.policy("p" + p, EnforcementMode.values()[random.nextInt(2)], random.nextInt(3) * 50,
                        DefaultVerdict.values()[random.nextInt(3)], List.of(), rules);
            }
            Engine engine = source.engine();

            // When
            if (!engine.listed(NONE, SESSION, "any", "tool")) {
                hidden++;
                // Then
                for (String arguments : List.of("{}", "{\"x\":1}", "{\"x\":2}", "{\"gone\":1}",
                        "{\"gone\":1,\"x\":1}")) {
                    assertThat(engine.decide(NONE, SESSION, TestBundles.call("any", "tool", arguments)).verdict())
                            .isGreaterThanOrEqualTo(Verdict.DENY);
                }
            }
        }
        assertThat(hidden).isGreaterThan(20);
    }

    @Test
    void a_failure_of_the_engine_itself_is_a_denial() {
        bundles.policy("p", DefaultVerdict.ALLOW);
        Decision decision = bundles.engine().decide(NONE, SESSION, null);
        assertThat(decision.code()).isEqualTo(DenialCode.INTERNAL_ERROR);
        assertThat(decision.verdict()).isEqualTo(Verdict.DENY);
    }

    @Test
    void stack_overflow_is_a_denial() throws InterruptedException {
        // Given
        bundles.policy("p", DefaultVerdict.NO_OPINION,
                bundles.rule("deep", "(".repeat(30) + "args.x" + " + 1)".repeat(30) + " > 0", Verdict.ALLOW));
        Engine engine = bundles.engine();
        ToolCall call = TestBundles.call("any", "tool", "{\"x\":1}");
        List<Decision> decisions = new ArrayList<>();

        // When
        class Deep {
            int exhaust(int depth) {
                // Deciding at every depth leaves no room at the last ones.
                int below = exhaustOrZero(depth);
                if (below < 40) {
                    decisions.add(engine.decide(NONE, SESSION, call));
                }
                return below + 1;
            }

            int exhaustOrZero(int depth) {
                try {
                    return exhaust(depth + 1);
                } catch (StackOverflowError e) {
                    return 0;
                }
            }
        }
        Thread thread = new Thread(null, () -> {
            try {
                new Deep().exhaust(0);
            } catch (StackOverflowError e) {
                // the handler itself may find no room: then nothing was allowed either
            }
        }, "small", 256 * 1024);
        thread.start();
        thread.join();

        // Then
        assertThat(engine.decide(NONE, SESSION, call).allowed()).isTrue();
        assertThat(decisions).allSatisfy(decision -> assertThat(decision.allowed()
                || decision.code() == DenialCode.INTERNAL_ERROR || decision.code() == DenialCode.POLICY_DENIED)
                .isTrue());
    }

    @Test
    void a_chain_of_operators_beyond_protobufs_own_limit_is_loaded() {
        bundles.policy("p", DefaultVerdict.NO_OPINION,
                bundles.rule("chain", "args.x" + " + 1".repeat(80) + " == 81", Verdict.ALLOW));
        assertThat(bundles.decide("{\"x\":1}").verdict()).isEqualTo(Verdict.ALLOW);
    }

    @Test
    void damaged_bundles_are_refused_at_load() {
        // Given
        bundles.policy("p", DefaultVerdict.ALLOW, bundles.rule("r", "args.x == 1", Verdict.DENY));
        Bundle good = bundles.bundle();
        TreeMap<String, byte[]> garbage = new TreeMap<>();
        good.programs().keySet().forEach(digest -> garbage.put(digest, new byte[]{1, 2, 3}));
        TreeMap<String, byte[]> empty = new TreeMap<>();
        good.programs().keySet().forEach(digest -> empty.put(digest, new byte[0]));

        // Then
        assertThatThrownBy(() -> Engine.load(new Bundle(good.config(), new TreeMap<>())))
                .isInstanceOf(BundleException.class).hasMessageContaining("missing");
        assertThatThrownBy(() -> Engine.load(new Bundle(good.config(), garbage)))
                .isInstanceOf(BundleException.class);
        assertThatThrownBy(() -> Engine.load(new Bundle(good.config(), empty))).isInstanceOf(BundleException.class);
        bundles.policy("q", DefaultVerdict.ALLOW,
                bundles.rule("bad", "no-slash", null, Verdict.DENY, FailurePolicy.FAIL, null));
        assertThatThrownBy(() -> Engine.load(bundles.bundle())).isInstanceOf(BundleException.class)
                .hasMessageContaining("no-slash");
    }

    @Test
    void rules_are_found_by_pattern_on_servers_that_take_any_name() {
        bundles.policy("p", DefaultVerdict.NO_OPINION,
                bundles.rule("a", "any/read_*", null, Verdict.ALLOW, FailurePolicy.FAIL, null),
                bundles.rule("b", "any/read_secret", null, Verdict.DENY, FailurePolicy.FAIL, null),
                bundles.rule("c", "*/rea?_log", null, Verdict.REVIEW, FailurePolicy.FAIL, null));
        assertThat(decide("any", "read_file", "{}").verdict()).isEqualTo(Verdict.ALLOW);
        assertThat(decide("any", "read_secret", "{}").verdict()).isEqualTo(Verdict.DENY);
        assertThat(decide("any", "read_log", "{}").verdict()).isEqualTo(Verdict.REVIEW);
        assertThat(decide("any", "reap_log", "{}").verdict()).isEqualTo(Verdict.REVIEW);
        assertThat(decide("any", "write_file", "{}").verdict()).isEqualTo(Verdict.DENY);
    }

    @Test
    void the_digest_of_arguments_does_not_depend_on_how_they_are_written() {
        assertThat(TestBundles.call("a", "b", "{\"b\":[1.50,null],\"a\":\"\\u0041\"}").argumentsDigest())
                .isEqualTo(TestBundles.call("a", "b", " {\"a\":\"A\", \"b\":[1.5, null]}").argumentsDigest())
                .isNotEqualTo(TestBundles.call("a", "b", "{\"a\":\"A\",\"b\":[1.5]}").argumentsDigest())
                .startsWith("sha256:");
    }

    @Test
    void decisions_are_the_same_from_many_threads() throws Exception {
        bundles.policy("p", EnforcementMode.ENFORCE, 100, DefaultVerdict.NO_OPINION,
                List.of(bundles.variable("v", "args.x * 2")),
                bundles.rule("r", "variables.v == 4 && args.l.exists(i, i == 2)", Verdict.ALLOW),
                bundles.rule("s", "args.s.matches('^a+$')", Verdict.REVIEW));
        Engine engine = bundles.engine();
        Decision expected = engine.decide(NONE, SESSION,
                TestBundles.call("any", "tool", "{\"x\":2,\"l\":[1,2],\"s\":\"b\"}"));
        assertThat(expected.allowed()).isTrue();
        try (var pool = java.util.concurrent.Executors.newFixedThreadPool(4)) {
            var futures = new ArrayList<java.util.concurrent.Future<Decision>>();
            for (int n = 0; n < 2_000; n++) {
                futures.add(pool.submit(() -> engine.decide(NONE, SESSION,
                        TestBundles.call("any", "tool", "{\"x\":2,\"l\":[1,2],\"s\":\"b\"}"))));
            }
            for (var future : futures) {
                assertThat(future.get()).isEqualTo(expected);
            }
        }
    }
}
