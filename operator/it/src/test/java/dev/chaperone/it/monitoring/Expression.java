package dev.chaperone.it.monitoring;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** An expression of PromQL, as far as what it asks for goes. */
record Expression(String text) {
    /** What Prometheus gives every series of a pod. */
    static final Set<String> OF_THE_TARGET = Set.of("namespace", "pod");

    private static final Pattern SELECTOR = Pattern.compile("\\b(chaperone_\\w+)(?:\\{([^}]*)})?");
    private static final Pattern GROUPING = Pattern.compile("\\b(?:by|without|on|ignoring) \\(([^)]*)\\)");
    private static final String ALERTS = "ALERTS";

    /** What is asked for that nobody shows: metrics, labels, and values of labels. */
    List<String> unknown(Exposition exposition) {
        List<String> unknown = new ArrayList<>();
        List<Map<String, Set<String>>> known = new ArrayList<>();
        for (MatchResult selector : SELECTOR.matcher(text).results().toList()) {
            String name = selector.group(1);
            Map<String, Set<String>> labels = exposition.metrics().get(name);
            if (labels == null) {
                unknown.add(name);
                continue;
            }
            known.add(labels);
            LabelMatcher.all(selector.group(2) == null ? "" : selector.group(2)).stream()
                    .flatMap(matcher -> unknown(matcher, labels)).forEach(each -> unknown.add(name + each));
        }
        if (!text.contains(ALERTS)) {
            groupings().filter(label -> !OF_THE_TARGET.contains(label))
                    .filter(label -> known.stream().noneMatch(labels -> labels.containsKey(label)))
                    .forEach(unknown::add);
        }
        return unknown;
    }

    private static Stream<String> unknown(LabelMatcher matcher, Map<String, Set<String>> labels) {
        Set<String> occurring = labels.get(matcher.label());
        if (occurring == null) {
            return OF_THE_TARGET.contains(matcher.label())
                    ? Stream.empty()
                    : Stream.of("{" + matcher.label() + "}");
        }
        return matcher.alternatives().stream()
                .filter(alternative -> !alternative.startsWith("$"))
                .filter(alternative -> occurring.stream().noneMatch(value -> matcher.names(alternative, value)))
                .map(alternative -> "{" + matcher.label() + "=" + alternative + "}");
    }

    private Stream<String> groupings() {
        return GROUPING.matcher(text).results().flatMap(found -> Stream.of(found.group(1).split(",")))
                .map(String::strip);
    }

    boolean asksForSomething() {
        return SELECTOR.matcher(text).find() || text.contains(ALERTS);
    }
}
