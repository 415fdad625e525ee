package dev.chaperone.benchmarks;

import dev.chaperone.guardrail.engine.Decision;
import dev.chaperone.guardrail.engine.Engine;
import dev.chaperone.guardrail.engine.OversightState;
import dev.chaperone.guardrail.engine.SessionState;
import dev.chaperone.guardrail.engine.ToolCall;
import dev.chaperone.guardrail.json.StrictJson;
import dev.chaperone.policy.PolicyCompiler;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** One decision against many rules. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class DecideBenchmark {
    /** Number of rules besides the one that allows. */
    @Param({"10", "100", "1000"})
    public int rules;

    /** Whether each rule has to be evaluated, or is ruled out by the name of its tool. */
    @Param({"true", "false"})
    public boolean evaluated;

    private Engine engine;
    private ToolCall call;
    private SessionState session;

    @Setup
    public void setUp() throws Exception {
        var result = new PolicyCompiler().compile(Policies.request(rules, evaluated, "http://127.0.0.1:1/mcp", -1));
        if (result.hasErrors()) {
            throw new IllegalStateException(result.issues().getFirst().render());
        }
        engine = Engine.load(result.bundle());
        session = new SessionState("benchmark", Instant.EPOCH, false);
        call = new ToolCall(
                "files",
                "write_file",
                StrictJson.parse(Policies.arguments().getBytes(StandardCharsets.UTF_8)),
                Instant.EPOCH);
        if (!decide().allowed()) {
            throw new IllegalStateException("the call is not allowed: " + decide().reasons());
        }
    }

    @Benchmark
    public Decision decide() {
        return engine.decide(OversightState.NONE, session, call);
    }
}
