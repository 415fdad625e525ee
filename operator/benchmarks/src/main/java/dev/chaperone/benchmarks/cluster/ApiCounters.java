package dev.chaperone.benchmarks.cluster;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Metrics as they were at one moment.
 *
 * @param values by name and labels, as they are written
 */
record ApiCounters(Map<String, Double> values) {
    // API servers have tens of thousands of others.
    private static final Pattern OF_INTEREST = Pattern
            .compile("^(apiserver_request_total|apiserver_admission_webhook_admission_duration|chaperone_).*");
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"([^\"]*)\"");

    static ApiCounters parse(String exposition) {
        Map<String, Double> values = new TreeMap<>();
        exposition.lines().filter(line -> OF_INTEREST.matcher(line).matches()).forEach(line -> {
            int space = line.lastIndexOf(' ');
            values.merge(line.substring(0, space), Double.parseDouble(line.substring(space + 1)), Double::sum);
        });
        return new ApiCounters(values);
    }

    ApiCounters since(ApiCounters before) {
        Map<String, Double> change = new TreeMap<>();
        values.forEach((name, value) -> change.put(name, value - before.values.getOrDefault(name, 0.0)));
        return new ApiCounters(change);
    }

    double sum(String metric, Predicate<Map<String, String>> labels) {
        return values.entrySet().stream()
                .filter(each -> name(each.getKey()).equals(metric) && labels.test(labels(each.getKey())))
                .mapToDouble(Map.Entry::getValue)
                .sum();
    }

    /** Requests that write, by verb, resource and status: a dry run is none. */
    Map<String, Long> writes(Predicate<String> resource) {
        Map<String, Long> writes = new TreeMap<>();
        values.forEach((name, value) -> {
            Map<String, String> labels = name.startsWith("apiserver_request_total{") ? labels(name) : Map.of();
            boolean written = value > 0 && !labels.getOrDefault("verb", "GET").matches("GET|LIST|WATCH|CONNECT")
                    && labels.getOrDefault("dry_run", "").isEmpty() && resource.test(labels.get("resource"));
            if (written) {
                String of = labels.get("subresource").isEmpty() ? "" : "/" + labels.get("subresource");
                writes.merge(
                        labels.get("verb") + " " + labels.get("resource") + of + " " + labels.get("code"),
                        value.longValue(), Long::sum);
            }
        });
        return writes;
    }

    private static String name(String series) {
        int brace = series.indexOf('{');
        return brace < 0 ? series : series.substring(0, brace);
    }

    private static Map<String, String> labels(String series) {
        return LABEL.matcher(series).results()
                .collect(Collectors.toMap(match -> match.group(1), match -> match.group(2)));
    }
}
