package dev.chaperone.benchmarks.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Locale;

/** How figures are printed: medians with what lies around them, and how busy the machine was. */
final class Figures {
    private Figures() {}

    static double percentile(Collection<Double> values, double percent) {
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return sorted.length == 0 ? Double.NaN : sorted[(int) Math.ceil((sorted.length - 1) * percent / 100)];
    }

    static String spread(Collection<Double> values, String unit) {
        return String.format(
                Locale.ROOT, "p50 %.1f, p99 %.1f, least %.1f, most %.1f %s (%d)", percentile(values, 50),
                percentile(values, 99), percentile(values, 0), percentile(values, 100), unit, values.size());
    }

    static double millisSince(long nanos) {
        return (System.nanoTime() - nanos) / 1e6;
    }

    static void print(String format, Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values) + "   [load " + load() + "]");
    }

    private static String load() {
        try {
            return Files.readString(Path.of("/proc/loadavg")).split(" ", 2)[0];
        } catch (IOException e) {
            return "unknown";
        }
    }
}
