package dev.chaperone.it.monitoring;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Metrics in Prometheus' text format.
 *
 * @param metrics names of samples; of each its labels, and of each of those the values that occur
 */
record Exposition(Map<String, Map<String, Set<String>>> metrics) {
    private static final Pattern SAMPLE = Pattern.compile("(?m)^(\\w+)(?:\\{(.*)})? [^ ]+$");

    static Exposition of(String text) {
        Map<String, Map<String, Set<String>>> metrics = new TreeMap<>();
        Matcher samples = SAMPLE.matcher(text);
        while (samples.find()) {
            Map<String, Set<String>> labels = metrics.computeIfAbsent(samples.group(1), _ -> new TreeMap<>());
            for (LabelMatcher label : LabelMatcher.all(Optional.ofNullable(samples.group(2)).orElse(""))) {
                labels.computeIfAbsent(label.label(), _ -> new TreeSet<>()).add(label.value());
            }
        }
        return new Exposition(metrics);
    }
}
