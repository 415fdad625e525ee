package dev.chaperone.cli.audit;

import dev.chaperone.cli.console.Console;
import dev.chaperone.cli.console.Console.Tone;
import org.jspecify.annotations.Nullable;

/** A report as people read it: findings as errors in manifests are told, then each boot, then what it comes to. */
public final class ReportText {
    private final Console console;

    private ReportText(Console console) {
        this.console = console;
    }

    /** Prints it. */
    public static void print(AuditReport report, Console console) {
        new ReportText(console).print(report);
    }

    private void print(AuditReport report) {
        report.findings().forEach(this::finding);
        report.torn().forEach(place -> console.line(place
                + ": note: cut short: its process ended while it wrote this, or its disk was full"));
        report.empty().forEach(file -> console.line(file + ": note: no record"));
        report.boots().forEach(this::boot);
        if (report.repeated() > 0) {
            console.line("note: " + Words.count(report.repeated(), "record") + " came again, unchanged");
        }
        String read = Words.count(report.records(), "record") + " of " + Words.count(report.boots().size(), "boot")
                + (report.others() == 0 ? "" : ", " + Words.count(report.others(), "other line"));
        console.line(report.fine()
                ? console.tone(Tone.GOOD, "ok") + ": " + read
                : console.tone(Tone.BAD, Words.count(report.findings().size() + report.more(), "finding"))
                        + (report.more() == 0 ? "" : ", of which " + report.more() + " are not listed,")
                        + " in " + read);
    }

    private void finding(Finding finding) {
        FindingText text = FindingText.of(finding);
        StringBuilder line = new StringBuilder();
        if (finding.at() != null) {
            line.append(finding.at()).append(": ");
        }
        line.append(console.tone(Tone.BAD, "error:")).append(' ');
        if (finding.boot() != null) {
            line.append("boot ").append(finding.boot()).append(finding.span() == null ? ": " : ", ");
        }
        if (finding.span() != null) {
            line.append(finding.span()).append(": ");
        }
        console.line(line.append(text.message()).append("\n    ").append(text.meaning()).toString());
    }

    private void boot(BootSummary boot) {
        console.line("boot " + console.tone(Tone.STRONG, boot.boot())
                + (boot.agent() == null ? "" : " of " + Console.plain(boot.agent())) + ": "
                + (boot.fine() ? console.tone(Tone.GOOD, "whole") : console.tone(Tone.BAD, "has findings")));
        console.line("    " + boot.span() + ", " + Words.count(boot.lines(), "record") + ", " + time(boot.from())
                + " to " + time(boot.to()));
        if (boot.allowed() > 0) {
            console.line("    " + Words.count(boot.allowed(), "call") + " allowed" + (boot.withoutOutcome() == 0
                    ? ""
                    : ", " + boot.withoutOutcome() + " without an outcome"));
        }
        if (boot.lost() > 0) {
            console.line("    " + Words.count(boot.lost(), "record") + " could not be kept, as the trail says itself");
        }
        console.line("    head " + boot.head());
    }

    private static String time(@Nullable String time) {
        return time == null ? "an unknown time" : Console.plain(time);
    }
}
