package dev.chaperone.guardrail.engine;

import dev.cel.common.CelErrorCode;
import dev.cel.common.values.CelByteString;
import dev.cel.common.values.NullValue;
import dev.chaperone.guardrail.json.JsonArray;
import dev.chaperone.guardrail.json.WorkMeter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The functions of CEL's optional values that the runtime does not bring itself. */
final class Optionals {
    private Optionals() {}

    static Optional<Object> ofNonZero(Object value) {
        boolean zero = switch (value) {
            case NullValue none -> true;
            case Boolean bool -> !bool;
            case Long number -> number == 0;
            case Double number -> number == 0;
            case String text -> text.isEmpty();
            case CelByteString bytes -> bytes.isEmpty();
            case Collection<?> items -> items.isEmpty();
            case Map<?, ?> members -> members.isEmpty();
            default -> false;
        };
        return zero ? Optional.empty() : Optional.of(value);
    }

    static Object value(Object optional) {
        return optional(optional)
                .orElseThrow(() -> new EvaluationError("an optional without value", CelErrorCode.ATTRIBUTE_NOT_FOUND));
    }

    static boolean hasValue(Object optional) {
        return optional(optional).isPresent();
    }

    static Optional<?> at(Object list, Long index) {
        return switch (list) {
            case List<?> items -> index < 0 || index >= items.size()
                    ? Optional.empty()
                    : Optional.of(items.get(index.intValue()));
            case Optional<?> optional -> optional.flatMap(items -> at(items, index));
            default -> throw EvaluationError.invalid("no list");
        };
    }

    static Optional<?> in(Object map, Object key) {
        return switch (map) {
            case Map<?, ?> members -> Optional.ofNullable(members.get(key));
            case Optional<?> optional -> optional.flatMap(members -> in(members, key));
            default -> throw EvaluationError.invalid("no map");
        };
    }

    static Optional<?> first(List<?> list) {
        return at(list, 0L);
    }

    static Optional<?> last(List<?> list) {
        return at(list, list.size() - 1L);
    }

    static JsonArray unwrap(List<?> optionals) {
        WorkMeter.charge((long) WorkMeter.ITEM * optionals.size());
        List<Object> values = new ArrayList<>();
        for (Object optional : optionals) {
            optional(optional).ifPresent(values::add);
        }
        return JsonArray.copyOf(values);
    }

    private static Optional<?> optional(Object value) {
        if (value instanceof Optional<?> optional) {
            return optional;
        }
        throw EvaluationError.invalid("no optional");
    }
}
