package dev.chaperone.controller.plan;

import dev.chaperone.controller.view.Snapshot;
import dev.chaperone.policy.PolicyCompiler;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** How long planning takes for 2,000 pods of 200 workloads in 20 namespaces. Not a test: run main. */
final class PlanningTime {
    private PlanningTime() {}

    public static void main(String[] args) {
        List<Snapshot> snapshots = new ArrayList<>();
        for (int edit = 0; edit < 22; edit++) {
            snapshots.add(Snapshots.of(cluster(edit).toArray(String[]::new)));
        }
        FleetPlanner planner = new FleetPlanner(new PolicyCompiler());
        long begin = System.nanoTime();
        FleetPlan plan = planner.plan(snapshots.getFirst(), Map.of());
        System.out.printf("first plan: %d agents, %d ms%n", plan.agents().size(), millis(begin));
        List<Long> edits = new ArrayList<>();
        List<Long> unchanged = new ArrayList<>();
        for (Snapshot snapshot : snapshots.subList(1, snapshots.size())) {
            begin = System.nanoTime();
            plan = planner.plan(snapshot, plan.accepted());
            edits.add(millis(begin));
            begin = System.nanoTime();
            plan = planner.plan(snapshot, plan.accepted());
            unchanged.add(millis(begin));
        }
        System.out.printf("after an edit of a cluster policy: %s ms%nnothing edited: %s ms%n", spread(edits),
                spread(unchanged));
    }

    private static String spread(List<Long> times) {
        long[] sorted = times.stream().mapToLong(Long::longValue).sorted().toArray();
        return "median " + sorted[sorted.length / 2] + ", worst " + Arrays.stream(sorted).max().orElse(0);
    }

    private static long millis(long begin) {
        return (System.nanoTime() - begin) / 1_000_000;
    }

    private static List<String> cluster(int edit) {
        List<String> all = new ArrayList<>();
        StringBuilder rules = new StringBuilder();
        for (int r = 0; r < 20; r++) {
            rules.append(
                    "\n  - {name: r-%d, tools: [\"files/*\"], when: \"args.path.startsWith('/%d/%d')\", verdict: Deny}"
                            .formatted(r, edit, r));
        }
        for (int p = 0; p < 5; p++) {
            all.add("""
                    apiVersion: chaperone.dev/v1alpha1
                    kind: ClusterToolPolicy
                    metadata: {name: p-%1$d, uid: u-p-%1$d, generation: %2$d}
                    spec:
                      rules:%3$s
                    """.formatted(p, edit + 1, p == 0 ? rules : rules.toString().replace("/" + edit + "/", "/x/")));
        }
        for (int n = 0; n < 20; n++) {
            all.add("""
                    apiVersion: v1
                    kind: Namespace
                    metadata: {name: n-%1$d, labels: {chaperone.dev/governed: "true"}}
                    ---
                    apiVersion: chaperone.dev/v1alpha1
                    kind: ToolServer
                    metadata: {name: files, namespace: n-%1$d, uid: s-%1$d, generation: 1}
                    spec:
                      url: http://files:8080/mcp
                      tools: [{name: read_file, inputSchema: {type: object, properties: {path: {type: string}}}}]
                    """.formatted(n));
            for (int w = 0; w < 10; w++) {
                all.add("""
                        apiVersion: apps/v1
                        kind: Deployment
                        metadata: {name: w-%2$d, namespace: n-%1$d, uid: u-%1$d-%2$d}
                        spec: {template: {metadata: {labels: {app: w-%2$d}}}}
                        """.formatted(n, w));
                for (int p = 0; p < 10; p++) {
                    all.add("""
                            apiVersion: v1
                            kind: Pod
                            metadata: {name: w-%2$d-%3$d, namespace: n-%1$d, uid: p-%1$d-%2$d-%3$d, annotations: \
                            {chaperone.dev/workload: '{"apiVersion":"apps/v1","kind":"Deployment","name":"w-%2$d",\
                            "uid":"u-%1$d-%2$d"}'}}
                            status: {phase: Running}
                            """.formatted(n, w, p));
                }
            }
        }
        return all;
    }
}
