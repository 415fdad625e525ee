package dev.chaperone.cli.coverage;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.chaperone.cli.coverage.CoverageReport.Sum;

/** For programs. */
public final class CoverageJson {
    private static final ObjectMapper JSON = new ObjectMapper();

    private CoverageJson() {}

    /** The report as an object, over several lines. */
    public static String of(CoverageReport report) {
        ObjectNode all = JSON.createObjectNode();
        boolean exempt = report.exempt() != null;
        sum(all, report.total(), exempt);
        report.namespaces().forEach((namespace, sum) -> sum(
                all.withArray("namespaces").addObject().put("name", namespace), sum, exempt));
        report.agents().forEach(line -> {
            ObjectNode agent = all.withArray("agents").addObject()
                    .put("namespace", line.namespace()).put("name", line.name());
            if (line.coverage() == null) {
                return;
            }
            agent.put("pods", line.coverage().pods()).put("guardedPods", line.coverage().guardedPods());
            line.deviations().forEach(each -> agent.withArray("deviations").addObject()
                    .put("pod", each.pod()).put("standing", each.standing().wireName()).put("reason", each.reason()));
        });
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(all);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void sum(ObjectNode into, Sum sum, boolean exempt) {
        into.put("pods", sum.pods()).put("guardedPods", sum.guardedPods()).put("agentsNotCounted", sum.unknown());
        if (exempt) {
            into.put("exemptPods", sum.exempt());
        }
    }
}
