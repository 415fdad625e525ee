package dev.chaperone.policy.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cel.bundle.Cel;
import dev.cel.bundle.CelFactory;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.SimpleType;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime.Program;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A rule of a CRD ({@code x-kubernetes-validations}) and what it says when it does not hold. */
final class CelRule {
    private static final Cel CEL = CelFactory.plannerCelBuilder()
            .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
            .addVar("self", SimpleType.DYN)
            .build();

    private final Program program;
    private final String message;

    /** @throws IllegalArgumentException when the rule needs more than standard CEL, which no rule of ours may */
    CelRule(String rule, String message) {
        try {
            this.program = CEL.createProgram(CEL.compile(rule).getAst());
        } catch (CelValidationException | CelEvaluationException e) {
            throw new IllegalArgumentException(rule, e);
        }
        this.message = message;
    }

    String message() {
        return message;
    }

    /** As for the API server, a rule that cannot be evaluated does not hold. */
    boolean holds(JsonNode self) {
        try {
            return Boolean.TRUE.equals(program.eval(Map.of("self", celValue(self))));
        } catch (CelEvaluationException e) {
            return false;
        }
    }

    // Null members are left out, as the API server drops them before it asks.
    private static Object celValue(JsonNode json) {
        return switch (json.getNodeType()) {
            case OBJECT -> {
                Map<String, Object> map = new LinkedHashMap<>();
                json.properties().stream().filter(member -> !member.getValue().isNull()).forEach(
                        member -> map.put(member.getKey(), celValue(member.getValue())));
                yield map;
            }
            case ARRAY -> {
                List<Object> list = new ArrayList<>();
                json.forEach(item -> list.add(celValue(item)));
                yield list;
            }
            case NUMBER -> json.canConvertToLong() && json.isIntegralNumber() ? json.longValue() : json.doubleValue();
            case BOOLEAN -> json.booleanValue();
            default -> json.asText();
        };
    }
}
