package dev.chaperone.config;

import org.jspecify.annotations.Nullable;

/** Constants as they are written: {@code NO_OPINION} is {@code NoOpinion}. Their annotations tell Jackson the same. */
final class WireNames {
    private WireNames() {}

    static String of(Enum<?> constant) {
        String name = constant.name();
        StringBuilder wire = new StringBuilder(name.length());
        boolean begins = true;
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c != '_') {
                wire.append(begins ? c : Character.toLowerCase(c));
            }
            begins = c == '_';
        }
        return wire.toString();
    }

    /** The constant of a name, or null when there is none. */
    static <E extends Enum<E>> @Nullable E find(E[] constants, String name) {
        for (E constant : constants) {
            if (of(constant).equals(name)) {
                return constant;
            }
        }
        return null;
    }
}
