package dev.chaperone.cli.audit;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** A report as programs read it. */
public final class ReportJson {
    private ReportJson() {}

    /** One object; places are {@code file} and {@code line}, and what is not known is left out. */
    public static ObjectNode of(AuditReport report) {
        ObjectNode tree = JsonNodeFactory.instance.objectNode().put("fine", report.fine());
        ArrayNode findings = tree.putArray("findings");
        report.findings().forEach(finding -> finding(findings.addObject(), finding));
        tree.put("findingsNotListed", report.more());
        ArrayNode boots = tree.putArray("boots");
        report.boots().forEach(boot -> boot(boots.addObject(), boot));
        ArrayNode torn = tree.putArray("cutShort");
        report.torn().forEach(place -> place(torn.addObject(), place));
        ArrayNode empty = tree.putArray("filesWithoutRecord");
        report.empty().forEach(empty::add);
        return tree.put("records", report.records()).put("otherLines", report.others())
                .put("repeatedAccepted", report.repeated());
    }

    private static void finding(ObjectNode node, Finding finding) {
        FindingText text = FindingText.of(finding);
        node.put("kind", text.kind());
        if (finding.at() != null) {
            place(node, finding.at());
        }
        if (finding.boot() != null) {
            node.put("boot", finding.boot());
        }
        if (finding.span() != null) {
            node.put("from", finding.span().from()).put("to", finding.span().to());
        }
        node.put("message", text.message()).put("meaning", text.meaning());
    }

    private static void place(ObjectNode node, Place place) {
        node.put("file", place.file()).put("line", place.line());
    }

    private static void boot(ObjectNode node, BootSummary boot) {
        node.put("boot", boot.boot());
        if (boot.agent() != null) {
            node.put("agent", boot.agent());
        }
        node.put("from", boot.span().from()).put("to", boot.span().to()).put("records", boot.lines());
        if (boot.from() != null) {
            node.put("begins", boot.from());
        }
        if (boot.to() != null) {
            node.put("ends", boot.to());
        }
        node.put("head", boot.head()).put("allowed", boot.allowed()).put("withoutOutcome", boot.withoutOutcome())
                .put("lost", boot.lost()).put("fine", boot.fine());
    }
}
