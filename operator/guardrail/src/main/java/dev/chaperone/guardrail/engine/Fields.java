package dev.chaperone.guardrail.engine;

import dev.cel.common.exceptions.CelAttributeNotFoundException;
import dev.cel.common.types.CelType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.values.CelValue;
import dev.cel.common.values.SelectableValue;
import java.util.Optional;

/** A value with a few named fields, such as {@code tool} or {@code session}. */
final class Fields extends CelValue implements SelectableValue<String> {
    @SuppressWarnings("Immutable") // never changed, and shared by nobody who could
    private final Object[] namesAndValues;

    /** @param namesAndValues a name, its value, the next name and so on */
    Fields(Object... namesAndValues) {
        this.namesAndValues = namesAndValues;
    }

    @Override
    public Object select(String field) {
        for (int i = 0; i < namesAndValues.length; i += 2) {
            if (namesAndValues[i].equals(field)) {
                return namesAndValues[i + 1];
            }
        }
        throw CelAttributeNotFoundException.forFieldResolution(field);
    }

    @Override
    public Optional<Object> find(String field) {
        for (int i = 0; i < namesAndValues.length; i += 2) {
            if (namesAndValues[i].equals(field)) {
                return Optional.of(namesAndValues[i + 1]);
            }
        }
        return Optional.empty();
    }

    @Override
    public Object value() {
        return this;
    }

    @Override
    public boolean isZeroValue() {
        return false;
    }

    @Override
    public CelType celType() {
        return SimpleType.DYN;
    }
}
