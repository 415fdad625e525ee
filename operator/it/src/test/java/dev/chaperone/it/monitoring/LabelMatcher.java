package dev.chaperone.it.monitoring;

import java.util.List;
import java.util.regex.Pattern;

/** One of the conditions between a selector's braces. */
record LabelMatcher(String label, String operator, String value) {
    private static final Pattern ONE = Pattern.compile("(\\w+)(=~|!~|!=|=)\"([^\"]*)\"");

    static List<LabelMatcher> all(String braces) {
        return ONE.matcher(braces).results()
                .map(found -> new LabelMatcher(found.group(1), found.group(2), found.group(3))).toList();
    }

    /** The values that it names, each of which has to occur somewhere for the condition to mean something. */
    List<String> alternatives() {
        return operator.endsWith("~") ? List.of(value.split("\\|")) : List.of(value);
    }

    boolean names(String alternative, String occurring) {
        return operator.endsWith("~") ? occurring.matches(alternative) : occurring.equals(alternative);
    }
}
