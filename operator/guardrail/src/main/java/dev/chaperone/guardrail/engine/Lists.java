package dev.chaperone.guardrail.engine;

import dev.cel.common.CelErrorCode;
import dev.chaperone.guardrail.json.WorkMeter;
import java.util.List;

/** Kubernetes' list functions. Numbers compare by value, whatever their type; other values only with their like. */
final class Lists {
    private Lists() {}

    static boolean isSorted(List<?> list) {
        charge(list);
        Object before = null;
        for (Object item : list) {
            if (before != null && compare(before, item) > 0) {
                return false;
            }
            before = item;
        }
        return true;
    }

    static Object sum(List<?> list) {
        charge(list);
        long integers = 0;
        double decimals = 0;
        boolean decimal = false;
        for (Object item : list) {
            switch (item) {
                case Long number -> {
                    try {
                        integers = Math.addExact(integers, number);
                    } catch (ArithmeticException e) {
                        throw new EvaluationError("sum overflows", CelErrorCode.NUMERIC_OVERFLOW);
                    }
                }
                case Double number -> {
                    decimal = true;
                    decimals += number;
                }
                default -> throw EvaluationError.invalid("sum takes numbers");
            }
        }
        if (decimal) {
            return decimals + integers;
        }
        return integers;
    }

    static double sumOfDoubles(List<?> list) {
        return ((Number) sum(list)).doubleValue();
    }

    static Object min(List<?> list) {
        return extreme(list, -1);
    }

    static Object max(List<?> list) {
        return extreme(list, 1);
    }

    private static Object extreme(List<?> list, int sign) {
        charge(list);
        if (list.isEmpty()) {
            throw EvaluationError.invalid("the list is empty");
        }
        Object found = list.getFirst();
        for (Object item : list) {
            found = compare(item, found) * sign > 0 ? item : found;
        }
        return found;
    }

    static long indexOf(List<?> list, Object value) {
        charge(list);
        for (int i = 0; i < list.size(); i++) {
            if (same(list.get(i), value)) {
                return i;
            }
        }
        return -1;
    }

    static long lastIndexOf(List<?> list, Object value) {
        charge(list);
        for (int i = list.size() - 1; i >= 0; i--) {
            if (same(list.get(i), value)) {
                return i;
            }
        }
        return -1;
    }

    private static void charge(List<?> list) {
        WorkMeter.charge((long) WorkMeter.ITEM * list.size());
    }

    private static boolean same(Object a, Object b) {
        if (a instanceof Number x && b instanceof Number y) {
            return Numbers.compare(x, y) == 0;
        }
        return a.equals(b);
    }

    @SuppressWarnings("unchecked")
    private static int compare(Object a, Object b) {
        if (a instanceof Number x && b instanceof Number y) {
            return Numbers.compare(x, y);
        }
        if (a.getClass() != b.getClass() || !(a instanceof Comparable)) {
            throw EvaluationError.invalid("values that have no order");
        }
        return ((Comparable<Object>) a).compareTo(b);
    }
}
