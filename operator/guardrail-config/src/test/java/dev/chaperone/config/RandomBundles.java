package dev.chaperone.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.chaperone.config.OversightLease.Narrowing;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Makes bundles in which every component is now there, now empty, now null. */
final class RandomBundles {
    private static final List<String> TEXTS = List.of("", "a", "files/read_*", "args.x > 1 && \"q\\\n\"", "ünï\u20ac",
            "\ud83d\ude00", "\u0001", "NoOpinion", "1", "null");
    private static final List<String> SCHEMAS = List.of("null", "true", "{}",
            "{\"type\":\"object\",\"x\":[1,2.50,1e3]}",
            "{\"const\":123456789012345678901234567890,\"enum\":[null,\"a\",-7,3000000000]}");

    private final Random random;

    RandomBundles(long seed) {
        this.random = new Random(seed);
    }

    Bundle bundle() {
        SortedMap<String, byte[]> programs = new TreeMap<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            byte[] program = new byte[random.nextInt(200)];
            random.nextBytes(program);
            programs.put(Digests.of(program), program);
        }
        List<String> digests = List.copyOf(programs.keySet());
        SortedMap<String, String> labels = new TreeMap<>();
        list(this::text).forEach(name -> labels.put(name, text()));
        return new Bundle(
                GuardrailConfigSpec.of(
                        new AgentIdentity(text(), text(), labels),
                        orNull(pick(EnforcementMode.values())),
                        list(this::server),
                        list(() -> policy(digests)),
                        list(this::lease)),
                programs);
    }

    private ServerConfig server() {
        return new ServerConfig(text(), text(), list(() -> pick(Capability.values())), random.nextBoolean(),
                orNull(pick(OnDefinitionChange.values())), orNull(list(this::tool)));
    }

    private ToolConfig tool() {
        return new ToolConfig(text(), pick(Stakes.values()), orNull(schema()),
                orNull(Digests.of(new byte[]{(byte) random.nextInt(3)})));
    }

    private static JsonNode parsed(String text) {
        try {
            return new ObjectMapper().readTree(text);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private JsonNode schema() {
        return parsed(SCHEMAS.get(random.nextInt(SCHEMAS.size())));
    }

    private PolicyConfig policy(List<String> digests) {
        return new PolicyConfig(text(), pick(EnforcementMode.values()), random.nextInt(),
                pick(DefaultVerdict.values()), list(() -> new VariableConfig(text(), text(), program(digests),
                        orNull(text()))),
                list(() -> rule(digests)));
    }

    private RuleConfig rule(List<String> digests) {
        return new RuleConfig(text(), list(this::text), orNull(text()), program(digests), orNull(text()),
                pick(Verdict.values()), pick(FailurePolicy.values()), orNull(text()),
                orNull(pick(Severity.values())), orNull(text()));
    }

    private OversightLease lease() {
        return new OversightLease(text(),
                list(() -> new Narrowing(list(this::text), orNull(pick(Stakes.values())), pick(Verdict.values()))));
    }

    private String program(List<String> digests) {
        return digests.isEmpty() ? null : orNull(digests.get(random.nextInt(digests.size())));
    }

    private String text() {
        return TEXTS.get(random.nextInt(TEXTS.size()));
    }

    private <T> T pick(T[] values) {
        return values[random.nextInt(values.length)];
    }

    private <T> T orNull(T value) {
        return random.nextInt(3) == 0 ? null : value;
    }

    private <T> List<T> list(Supplier<T> element) {
        return Stream.generate(element).limit(random.nextInt(4)).toList();
    }
}
