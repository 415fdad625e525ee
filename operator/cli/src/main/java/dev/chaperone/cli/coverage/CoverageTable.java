package dev.chaperone.cli.coverage;

import dev.chaperone.api.AgentCoverage.Deviation;
import dev.chaperone.cli.console.Console;
import dev.chaperone.cli.console.Console.Tone;
import dev.chaperone.cli.coverage.CoverageReport.Line;
import dev.chaperone.cli.coverage.CoverageReport.Sum;
import java.util.OptionalInt;
import java.util.SortedMap;

/** For people: a line for each agent, and beneath it its pods that do not stand as they should. */
public final class CoverageTable {
    private static final int HUNDRED = 100;

    private final Console console;

    public CoverageTable(Console console) {
        this.console = console;
    }

    public void print(CoverageReport report) {
        SortedMap<String, Sum> sums = report.namespaces();
        int namespaces = width("NAMESPACE", sums.keySet().stream().mapToInt(String::length).max());
        if (report.agents().isEmpty()) {
            console.line("No agents: no namespace here is governed, or nothing runs in it.");
        } else {
            agents(report, namespaces);
        }
        if (!sums.isEmpty()) {
            console.line("");
            if (sums.size() > 1) {
                sums.forEach((namespace, sum) -> console.line(padded(namespace, namespaces) + told(sum)));
            }
            console.line(padded(sums.size() > 1 ? "all" : sums.firstKey(), namespaces) + told(report.total()));
        }
        if (report.exempt() == null) {
            console.line("Pods of exempt ServiceAccounts are not shown: you may not list clusteroversightpolicies.");
        }
    }

    private void agents(CoverageReport report, int namespaces) {
        int agents = width("AGENT", report.agents().stream().mapToInt(line -> line.name().length()).max());
        console.line(padded("NAMESPACE", namespaces) + padded("AGENT", agents) + "GUARDED");
        for (Line line : report.agents()) {
            console.line(padded(line.namespace(), namespaces) + padded(line.name(), agents) + guarded(line));
            line.deviations().forEach(this::deviation);
            if (line.untold() > 0) {
                console.line("  and " + line.untold() + " more pods that are not guarded");
            }
        }
    }

    private String guarded(Line line) {
        if (line.coverage() == null) {
            return console.tone(Tone.BAD, "not counted yet");
        }
        boolean all = line.coverage().guardedPods() == line.coverage().pods();
        return console.tone(all ? Tone.GOOD : Tone.BAD, line.coverage().guarded());
    }

    private void deviation(Deviation deviation) {
        Tone tone = deviation.standing().isGuarded() ? Tone.QUIET : Tone.BAD;
        console.line("  " + Console.plain(deviation.pod()) + "  "
                + console.tone(tone, deviation.standing().wireName()) + "  " + Console.plain(deviation.reason()));
    }

    private String told(Sum sum) {
        String share = sum.pods() == 0
                ? "no pods"
                : "%d of %d pods guarded (%s %%)".formatted(
                        sum.guardedPods(), sum.pods(), percent(sum));
        return console.tone(sum.isComplete() ? Tone.GOOD : Tone.BAD, share)
                + (sum.unknown() == 0 ? "" : ", agents not counted yet: " + sum.unknown())
                + (sum.exempt() == 0 ? "" : ", " + sum.exempt() + " exempt");
    }

    // Never 100 while a pod is missing.
    private static String percent(Sum sum) {
        long tenths = (long) HUNDRED * 10 * sum.guardedPods() / sum.pods();
        return tenths % 10 == 0 ? Long.toString(tenths / 10) : tenths / 10 + "." + tenths % 10;
    }

    private static int width(String title, OptionalInt longest) {
        return Math.max(title.length(), longest.orElse(0)) + 3;
    }

    private static String padded(String text, int width) {
        return text + " ".repeat(Math.max(1, width - text.length()));
    }
}
