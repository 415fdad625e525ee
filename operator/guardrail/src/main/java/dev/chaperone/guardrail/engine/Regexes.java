package dev.chaperone.guardrail.engine;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.chaperone.config.PatternSize;
import dev.chaperone.guardrail.json.JsonArray;
import dev.chaperone.guardrail.json.WorkMeter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Regular expressions in linear time. Patterns that stand in rules are compiled once, at load; a pattern that a call
 * brings along is compiled for that call and never kept, so nobody can crowd the others out.
 */
final class Regexes {
    /** Characters of the longest text that is searched. */
    static final int MAX_INPUT_LENGTH = 256 * 1024;

    // What a character of a pattern costs to compile, and how many instructions cost as much as one character of text.
    private static final int COMPILE_COST = 50;
    private static final int INSTRUCTIONS_PER_UNIT = 2;

    private final Map<String, Pattern> literals = new HashMap<>();

    /** Compiles a pattern of a rule ahead. One that cannot be compiled is an error where it is used. Not for use once calls are decided. */
    void prepare(String pattern) {
        Pattern compiled = compile(pattern);
        if (compiled != null) {
            literals.put(pattern, compiled);
        }
    }

    boolean matches(String text, String pattern) {
        return matcher(text, pattern).find();
    }

    String find(String text, String pattern) {
        Matcher matcher = matcher(text, pattern);
        return matcher.find() ? matcher.group() : "";
    }

    JsonArray findAll(String text, String pattern, long limit) {
        Matcher matcher = matcher(text, pattern);
        List<String> found = new ArrayList<>();
        while ((limit < 0 || found.size() < limit) && matcher.find()) {
            WorkMeter.charge(WorkMeter.ITEM);
            found.add(matcher.group());
        }
        return JsonArray.copyOf(found);
    }

    private Matcher matcher(String text, String pattern) {
        Pattern compiled = literals.get(pattern);
        if (compiled == null) {
            WorkMeter.charge((long) COMPILE_COST * pattern.length());
            compiled = compile(pattern);
        }
        if (compiled == null) {
            throw EvaluationError.invalid("a pattern that cannot be used");
        }
        if (text.length() > MAX_INPUT_LENGTH) {
            throw EvaluationError.invalid("a text too long to be searched");
        }
        WorkMeter.charge(text.length() * (1L + compiled.programSize() / INSTRUCTIONS_PER_UNIT));
        return compiled.matcher(text);
    }

    private static @Nullable Pattern compile(String pattern) {
        if (PatternSize.isTooLarge(pattern)) {
            return null;
        }
        try {
            Pattern compiled = Pattern.compile(pattern);
            return compiled.programSize() > PatternSize.MAX_PROGRAM ? null : compiled;
        } catch (PatternSyntaxException e) {
            return null;
        }
    }
}
