package dev.chaperone.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BundleCodecTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final byte[] PROGRAM = "a checked expression".getBytes(StandardCharsets.UTF_8);
    private static final String DIGEST = Digests.of(PROGRAM);

    private final Bundle bundle = bundle();

    @Test
    void readsWhatItWrote() throws Exception {
        // Given
        byte[] bytes = BundleCodec.write(bundle);

        // When
        Bundle read = BundleCodec.read(bytes);

        // Then
        assertThat(read.config()).isEqualTo(bundle.config());
        assertThat(read.programs()).hasSize(1);
        assertThat(read.programs().get(DIGEST)).isEqualTo(PROGRAM);
        assertThat(read.revision()).isEqualTo(bundle.revision()).isEqualTo(Revisions.of(read.config()));
        assertThat(BundleCodec.write(read)).isEqualTo(bytes);
    }

    @Test
    void refusesEveryBundleThatIsCutShort() {
        byte[] bytes = BundleCodec.write(bundle);
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> BundleCodec.read(cut)).isInstanceOf(BundleException.class);
        }
    }

    @Test
    void believesNoChangedByte() throws Exception {
        byte[] bytes = BundleCodec.write(bundle);
        for (int at = 0; at < bytes.length; at++) {
            byte[] damaged = bytes.clone();
            damaged[at] ^= 1;
            Bundle read;
            try {
                read = BundleCodec.read(damaged);
            } catch (BundleException e) {
                continue;
            }
            // Padding of Base64 has spare bits; nothing else may differ unseen.
            assertThat(BundleCodec.write(read)).as("byte %d", at).isEqualTo(bytes);
        }
    }

    @Test
    void refusesAProgramThatIsNotWhatItsDigestSays() {
        assertRefused(tree -> ((ObjectNode) tree.get("programs")).put(DIGEST, new byte[]{1}), "is damaged");
    }

    @Test
    void refusesAMissingProgram() {
        assertRefused(tree -> ((ObjectNode) tree.get("programs")).remove(DIGEST), "programs are missing: " + DIGEST);
        assertRefused(tree -> tree.remove("programs"), "programs are missing: " + DIGEST);
    }

    @Test
    void refusesAConfigThatIsNotWhatItsRevisionSays() {
        assertRefused(
                tree -> ((ObjectNode) tree.get("config").get("policies").get(0)).put("defaultVerdict", "Allow"),
                "but calls itself " + bundle.revision());
        assertRefused(tree -> ((ObjectNode) tree.get("config")).put("revision", "sha256:0"), "calls itself sha256:0");
    }

    @Test
    void refusesFieldsThatItDoesNotKnow() {
        assertRefused(tree -> tree.put("signature", "x"), "signature");
        assertRefused(tree -> ((ObjectNode) tree.get("config")).put("budget", 1), "budget");
        assertRefused(
                tree -> ((ObjectNode) tree.get("config").get("policies").get(0).get("rules").get(0)).put("effect", 1),
                "effect");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "/agent/name | 7 | /config/agent/name: is no string",
            "/agent/labels | {\"a/b~\":null} | /config/agent/labels/a~1b~0: is no string",
            "/servers/0/url | null | /config/servers/0: has no url",
            "/servers/0/credentials | \"true\" | /config/servers/0/credentials: is neither true nor false",
            "/servers/0/capabilities/0 | \"TOOLS\" | /config/servers/0/capabilities/0: 'TOOLS' is not known",
            "/servers/0/tools | {} | /config/servers/0/tools: is no array",
            "/policies/0/percent | 50.0 | /config/policies/0/percent: is no integer of 32 bits",
            "/policies/0/percent | 3000000000 | /config/policies/0/percent: is no integer of 32 bits",
            "/policies/0/variables/0 | null | /config/policies/0/variables/0: is no object",
            "/policies/0/rules/0/verdict | \" Deny\" | /config/policies/0/rules/0/verdict: ' Deny' is not known"})
    void namesThePlaceOfWhatItDoesNotRead(String pointer, String value, String message) {
        assertRefused(tree -> {
            int slash = pointer.lastIndexOf('/');
            JsonNode parent = tree.get("config").at(pointer.substring(0, slash));
            String last = pointer.substring(slash + 1);
            if (parent instanceof ArrayNode array) {
                array.set(Integer.parseInt(last), parsed(value));
            } else {
                ((ObjectNode) parent).set(last, parsed(value));
            }
        }, message);
    }

    private static JsonNode parsed(String json) {
        try {
            return JSON.readTree(json);
        } catch (java.io.IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void readsProgramsInNoOtherFormThanBase64() {
        assertRefused(tree -> ((ObjectNode) tree.get("programs")).put(DIGEST, "a*b="), "is no Base64");
        assertRefused(tree -> ((ObjectNode) tree.get("programs")).putArray(DIGEST).add(1), "is no string");
    }

    @Test
    void namesTheFormatBeforeItStumblesOverNewFields() {
        assertRefused(tree -> tree.put("format", 2).put("signature", "x"), "format 2 is not format 1");
        assertRefused(tree -> tree.remove("format"), "format -1");
        assertRefused(tree -> tree.put("format", "1"), "not a bundle");
        assertRefused(tree -> ((ObjectNode) tree.get("config")).put("format", 2), "no config of its format");
        assertRefused(tree -> tree.remove("config"), "no config");
        assertRefused(tree -> ((ObjectNode) tree.get("config")).remove("agent"), "no config");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{}", "null", "[]", "1", "{\"format\":1}", "{\"format\":1,\"format\":1}", "{} {}",
            "{\"format\":1,\"config\":{\"format\":1,\"agent\":{}}}"})
    void refusesWhatIsNoBundle(String text) {
        assertThatThrownBy(() -> BundleCodec.read(text.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(BundleException.class);
    }

    private void assertRefused(Consumer<ObjectNode> change, String message) {
        byte[] changed;
        try {
            ObjectNode tree = (ObjectNode) JSON.readTree(BundleCodec.write(bundle));
            change.accept(tree);
            changed = JSON.writeValueAsBytes(tree);
        } catch (java.io.IOException e) {
            throw new IllegalStateException(e);
        }
        assertThatThrownBy(() -> BundleCodec.read(changed)).isInstanceOf(BundleException.class)
                .hasMessageContaining(message);
    }

    private static Bundle bundle() {
        var rule = new RuleConfig("r", List.of("*"), "true", DIGEST, null, Verdict.REVIEW, FailurePolicy.IGNORE,
                "ShortcutTaking", Severity.HIGH, "ask");
        var policy = new PolicyConfig("ToolPolicy/dev/p", EnforcementMode.AUDIT, 50, DefaultVerdict.NO_OPINION,
                List.of(new VariableConfig("v", "1", null, "gone")), List.of(rule));
        var tool = new ToolConfig("t", Stakes.LOW, JSON.createObjectNode().put("type", "object"));
        var server = new ServerConfig("s", "http://s", List.of(Capability.TOOLS), true, List.of(tool));
        var lease = new OversightLease("review",
                List.of(new OversightLease.Narrowing(List.of("*"), Stakes.HIGH, Verdict.DENY)));
        var agent = new AgentIdentity("dev", "coder", new TreeMap<>(Map.of("app", "coder")));
        return new Bundle(GuardrailConfigSpec.of(agent, List.of(server), List.of(policy), List.of(lease)),
                new TreeMap<>(Map.of(DIGEST, PROGRAM)));
    }
}
