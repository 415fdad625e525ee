package dev.chaperone.benchmarks;

import dev.chaperone.config.BundleCodec;
import dev.chaperone.policy.CompilationResult;
import dev.chaperone.policy.PolicyCompiler;

/** Compiles 1,000 rules cold, warm and after one edit, in a fresh process; prints times and the bundle's size. */
public final class CompileMeasurement {
    private static final int RULES = 1000;

    private CompileMeasurement() {}

    public static void main(String[] arguments) {
        PolicyCompiler compiler = new PolicyCompiler();
        measure("cold, first in this process", compiler, -1);
        measure("again, nothing changed", compiler, -1);
        for (int i = 0; i < 5; i++) {
            measure("after an edit of one rule", compiler, i * 100);
        }
        measure("all anew, warm process", new PolicyCompiler(), -1);
    }

    private static void measure(String what, PolicyCompiler compiler, int changed) {
        var request = Policies.request(RULES, true, "http://127.0.0.1:1/mcp", changed);
        long start = System.nanoTime();
        CompilationResult result = compiler.compile(request);
        long millis = (System.nanoTime() - start) / 1_000_000;
        if (result.hasErrors()) {
            throw new IllegalStateException(result.issues().getFirst().render());
        }
        System.out.printf(
                "%-30s %5d ms, bundle %d kB, %d programs%n",
                what,
                millis,
                BundleCodec.write(result.bundle()).length / 1000,
                result.bundle().programs().size());
    }
}
