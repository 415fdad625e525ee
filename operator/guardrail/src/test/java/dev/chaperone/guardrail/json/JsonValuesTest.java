package dev.chaperone.guardrail.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whoever walks through arguments pays for it, whichever way he takes. */
class JsonValuesTest {
    private static final int SIZE = 10;

    private final JsonArray array = JsonArray.copyOf(List.of("a", "b", "c", "d", "e", "f", "g", "h", "i", "j"));
    private final JsonArray same = JsonArray.copyOf(new ArrayList<>(array));
    private final JsonObject object = JsonObject.copyOf(Map.of("a", 1L, "b", 2L));

    @AfterEach
    void unbind() {
        WorkMeter.bind(null);
    }

    @Test
    void walkingThroughAnArrayIsCharged() {
        assertThat(charge(() -> array.contains("z"))).isEqualTo(SIZE * WorkMeter.ITEM);
        assertThat(charge(() -> array.equals(List.of()))).isEqualTo(SIZE * WorkMeter.ITEM);
        assertThat(charge(() -> array.equals(same))).isBetween(SIZE * 25L, 3L * SIZE * WorkMeter.ITEM);
        assertThat(charge(array::toArray)).isEqualTo(SIZE * WorkMeter.ITEM);
        assertThat(charge(() -> array.toArray(new Object[0]))).isEqualTo(SIZE * WorkMeter.ITEM);
        assertThat(charge(() -> array.forEach(item -> {}))).isEqualTo(SIZE * WorkMeter.ITEM);
    }

    @Test
    void walkingThroughAnObjectIsCharged() {
        JsonObject other = JsonObject.copyOf(Map.of("a", 1L, "b", 3L));
        assertThat(charge(() -> object.equals(other))).isGreaterThanOrEqualTo(2 * WorkMeter.ITEM);
        assertThat(charge(() -> object.entrySet().forEach(entry -> {}))).isEqualTo(2 * WorkMeter.ITEM);
        assertThat(charge(() -> object.get("gone"))).isEqualTo(WorkMeter.MISS);
        assertThat(charge(() -> object.get("a"))).isZero();
    }

    @Test
    void nothingIsCountedOnceNoMeterIsBound() {
        // Given
        WorkMeter meter = new WorkMeter(1_000);
        WorkMeter.bind(meter);
        WorkMeter.bind(null);

        // When
        WorkMeter.charge(1);

        // Then
        assertThat(WorkMeter.bound()).isNull();
        assertThat(meter.spent()).isZero();
    }

    @Test
    void aMeterStopsAtItsLimitAndNotBefore() {
        WorkMeter meter = new WorkMeter(10);
        meter.spend(10);
        assertThat(meter.exhausted()).isFalse();
        assertThatThrownBy(() -> meter.spend(1)).isInstanceOf(WorkMeter.ExhaustedException.class);
        assertThat(meter.exhausted()).isTrue();
        assertThat(meter.spent()).isEqualTo(11);
    }

    @Test
    void valuesAreComparedByWhatTheyHold() {
        assertThat(array).isEqualTo(same).hasSameHashCodeAs(same).isNotEqualTo(List.of("a"));
        assertThat(array.contains("j")).isTrue();
        assertThat(array.contains("z")).isFalse();
        assertThat(object).isEqualTo(Map.of("a", 1L, "b", 2L)).isNotEqualTo(Map.of("a", 1L)).isNotEmpty();
        assertThat(array.equals(array)).isTrue();
        assertThat(object.equals(object)).isTrue();
        assertThat(JsonObject.EMPTY).isEmpty();
        assertThat(object).hasSameHashCodeAs(Map.of("a", 1L, "b", 2L));
        assertThat(array.hashCode()).isNotEqualTo(List.of("a").hashCode()).isNotZero();
        assertThat(array.toArray(new Object[0])).containsExactly(array.toArray());
        assertThat(JsonObject.EMPTY.isZeroValue()).isTrue();
        assertThat(object.isZeroValue()).isFalse();
        assertThat(JsonArray.copyOf(List.of()).isZeroValue()).isTrue();
        assertThat(array.isZeroValue()).isFalse();
    }

    @Test
    void nothingIsSaidOfWhatTheyHold() {
        assertThat(array.toString()).isEqualTo("JsonArray(10)");
        assertThat(object.toString()).isEqualTo("JsonObject(2)");
    }

    @Test
    void numbersMayBeAsLongAsTheyAreExact() throws Exception {
        assertThat(JsonNumbers.integer("-00000000000000001".replace("-0", "-"))).isEqualTo(-1);
        assertThat(JsonNumbers.decimal("1." + "0".repeat(JsonNumbers.MAX_LENGTH - 2))).isEqualTo(1.0);
        assertThatThrownBy(() -> JsonNumbers.decimal("1." + "0".repeat(JsonNumbers.MAX_LENGTH - 1)))
                .isInstanceOf(MalformedJsonException.class);
        assertThat(JsonNumbers.integer("000000000000000001")).isEqualTo(1);
        assertThatThrownBy(() -> JsonNumbers.integer("1000000000000000000"))
                .isInstanceOf(MalformedJsonException.class);
    }

    @Test
    void pointersOfNamesThatLookLikePointersAreEscaped() {
        assertThat(Spans.pointer("/a", "b")).isEqualTo("/a/b");
        assertThat(Spans.pointer("/a", "~b")).isEqualTo("/a/~0b");
        assertThat(Spans.pointer("/a", "/b")).isEqualTo("/a/~1b");
        assertThat(Spans.pointer("", "params/name")).isEqualTo("/params~1name");
        assertThat(Spans.pointer("", "a~1b/c")).isEqualTo("/a~01b~1c");
    }

    private static long charge(Runnable work) {
        WorkMeter meter = new WorkMeter(1_000_000);
        WorkMeter.bind(meter);
        work.run();
        WorkMeter.bind(null);
        return meter.spent();
    }
}
