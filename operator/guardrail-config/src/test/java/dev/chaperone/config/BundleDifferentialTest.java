package dev.chaperone.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is read and written by hand is what Jackson's mapper would make of the records' components. */
class BundleDifferentialTest {
    private record Wire(int format, GuardrailConfigSpec config, SortedMap<String, byte[]> programs) {}

    static LongStream seeds() {
        return LongStream.range(0, 300);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void writesTheSameBytes(long seed) throws Exception {
        // Given
        Bundle bundle = new RandomBundles(seed).bundle();
        byte[] expected = ContractMapper.INSTANCE.writeValueAsBytes(
                new Wire(GuardrailConfigSpec.FORMAT, bundle.config(), bundle.programs()));

        // When
        byte[] written = BundleCodec.write(bundle);

        // Then
        assertThat(new String(written, StandardCharsets.UTF_8)).isEqualTo(new String(expected, StandardCharsets.UTF_8));
        assertThat(bundle.revision()).isEqualTo(revision(bundle.config()));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void readsWhatItWroteAsTheMapperDoes(long seed) throws Exception {
        // Given
        byte[] bytes = BundleCodec.write(new RandomBundles(seed).bundle());

        // When
        Bundle read = BundleCodec.read(bytes);

        // Then
        Wire expected = ContractMapper.INSTANCE.readValue(bytes, Wire.class);
        assertThat(read.config()).isEqualTo(expected.config());
        assertSame(read.programs(), expected.programs());
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void refusesOfChangedTreesWhatTheMapperRefuses(long seed) throws Exception {
        var mutations = new RandomMutations(seed);
        byte[] bytes = BundleCodec.write(new RandomBundles(seed).bundle());
        for (int i = 0; i < 40; i++) {
            // Given
            ObjectNode tree = (ObjectNode) ContractMapper.INSTANCE.readTree(bytes);
            String mutation = mutations.mutate(tree);
            Wire expected = mapped(tree);

            // When
            Bundle read = read(tree);

            // Then
            assertThat(read == null).as(mutation).isEqualTo(expected == null);
            if (read != null) {
                assertThat(read.config()).as(mutation).isEqualTo(expected.config());
                assertSame(read.programs(),
                        expected.programs() == null ? new TreeMap<>() : expected.programs());
            }
        }
    }

    private static @Nullable Bundle read(JsonNode tree) {
        try {
            return BundleReader.bundle(tree);
        } catch (BundleException e) {
            return null;
        }
    }

    /**
     * What the mapper reads; null when it refuses. It takes two things that nobody writes: null where something must be,
     * and bytes as a list of numbers.
     */
    private static @Nullable Wire mapped(JsonNode tree) {
        Wire wire;
        try {
            wire = ContractMapper.INSTANCE.treeToValue(tree, Wire.class);
        } catch (JsonProcessingException e) {
            return null;
        }
        return wire.config() == null || hasHole(wire) || tree.path("programs").valueStream().anyMatch(JsonNode::isArray)
                ? null
                : wire;
    }

    private static boolean hasHole(@Nullable Object value) {
        return switch (value) {
            case null -> true;
            case Record record -> Stream.of(record.getClass().getRecordComponents())
                    .filter(component -> !mayBeNull(component) || valueOf(component, record) != null)
                    .anyMatch(component -> hasHole(valueOf(component, record)));
            case JsonNode any -> false;
            case Collection<?> list -> list.stream().anyMatch(BundleDifferentialTest::hasHole);
            case Map<?, ?> map -> map.values().stream().anyMatch(BundleDifferentialTest::hasHole);
            default -> false;
        };
    }

    private static boolean mayBeNull(RecordComponent component) {
        // An absent map of programs is an empty one.
        return component.getDeclaringRecord() == Wire.class && component.getName().equals("programs")
                || component.getAnnotatedType().isAnnotationPresent(Nullable.class);
    }

    private static Object valueOf(RecordComponent component, Record record) {
        try {
            return component.getAccessor().invoke(record);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void assertSame(Map<String, byte[]> programs, Map<String, byte[]> expected) {
        assertThat(programs.keySet()).isEqualTo(expected.keySet());
        programs.forEach((digest, program) -> assertThat(program).isEqualTo(expected.get(digest)));
    }

    private static String revision(GuardrailConfigSpec config) {
        ObjectNode tree = ContractMapper.INSTANCE.valueToTree(config);
        tree.remove("revision");
        return Digests.of(CanonicalJson.bytes(tree));
    }

    @Test
    void randomBundlesLeaveNoComponentOut() {
        // Given
        Set<String> components = new TreeSet<>();
        collect(GuardrailConfigSpec.class, components);

        // When
        Set<String> filled = new TreeSet<>();
        seeds().forEach(seed -> collectFilled(new RandomBundles(seed).bundle().config(), filled));

        // Then
        assertThat(filled).hasSizeGreaterThan(40).isEqualTo(components);
    }

    private static void collect(Class<?> type, Set<String> components) {
        for (RecordComponent component : type.isRecord() ? type.getRecordComponents() : new RecordComponent[0]) {
            components.add(nameOf(component));
            collect(component.getAnnotatedType(), components);
        }
    }

    private static void collect(AnnotatedType type, Set<String> components) {
        if (type instanceof AnnotatedParameterizedType generic) {
            Stream.of(generic.getAnnotatedActualTypeArguments()).forEach(argument -> collect(argument, components));
        } else if (type.getType() instanceof Class<?> plain) {
            collect(plain, components);
        }
    }

    private static void collectFilled(@Nullable Object value, Set<String> filled) {
        switch (value) {
            case Record record -> {
                for (RecordComponent component : record.getClass().getRecordComponents()) {
                    Object inner = valueOf(component, record);
                    if (inner != null && !inner.equals(List.of()) && !inner.equals(Map.of())) {
                        filled.add(nameOf(component));
                    }
                    collectFilled(inner, filled);
                }
            }
            case JsonNode any -> {
            }
            case Collection<?> list -> list.forEach(element -> collectFilled(element, filled));
            case null, default -> {
            }
        }
    }

    private static String nameOf(RecordComponent component) {
        return component.getDeclaringRecord().getSimpleName() + "." + component.getName();
    }

    static Stream<Enum<?>> constants() {
        return Stream.<Enum<?>[]>of(Capability.values(), Stakes.values(), EnforcementMode.values(),
                DefaultVerdict.values(), Verdict.values(), FailurePolicy.values(), Severity.values())
                .flatMap(Stream::of);
    }

    @ParameterizedTest
    @MethodSource("constants")
    void namesConstantsAsTheMapperDoes(Enum<?> constant) throws Exception {
        assertThat("\"" + WireNames.of(constant) + "\"")
                .isEqualTo(ContractMapper.INSTANCE.writeValueAsString(constant));
    }
}
