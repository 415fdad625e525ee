package dev.chaperone.cli;

import dev.chaperone.config.OversightLease;
import dev.chaperone.cli.console.Console;
import dev.chaperone.cli.console.Console.Tone;
import dev.chaperone.config.BundleCodec;
import dev.chaperone.guardrail.config.ConfigSource;
import dev.chaperone.policy.CompilationResult;
import dev.chaperone.policy.Issue;
import dev.chaperone.policy.PolicyCompiler;
import dev.chaperone.policy.PolicyId;
import dev.chaperone.policy.PolicyInput;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Compiles the manifests of a tree for one agent, and again whenever they change. What does not compile is told and
 * leaves the last accepted version of that policy in force; while files cannot even be told apart, everything stays as
 * it is.
 */
final class PolicySource implements ConfigSource {
    private static final long PERIOD_MILLIS = 50;

    private final Path root;
    private final AgentName agent;
    private final AcceptedPolicies accepted;
    private final Console console;
    private final TreeWatch watch;
    private final PolicyCompiler compiler = new PolicyCompiler();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("policies").factory());
    private String inForce = "";
    private SortedSet<Path> toldEmptied = new TreeSet<>();

    PolicySource(Path root, AgentName agent, AcceptedPolicies accepted, Console console) {
        this.root = root;
        this.agent = agent;
        this.accepted = accepted;
        this.console = console;
        this.watch = new TreeWatch(root);
    }

    @Override
    public void start(Offers offers) {
        look(offers);
        timer.scheduleWithFixedDelay(() -> look(offers), PERIOD_MILLIS, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void look(Offers offers) {
        try {
            if (watch.changed()) {
                compile(offers);
            }
            tellEmptied();
        } catch (EnvironmentException | IOException e) {
            console.line(console.tone(Tone.BAD, "error: ") + e.getMessage());
            tellWhatStays();
        } catch (RuntimeException e) {
            // The timer would stop for good, and edits would go unseen.
            console.line(console.tone(Tone.BAD, "error: ") + "the policies could not be compiled: " + e);
            tellWhatStays();
        }
    }

    private void compile(Offers offers) throws IOException {
        Manifests manifests = Manifests.of(ManifestFiles.read(List.of(root.toString())));
        List<Issue> unclear = manifests.unclearSelection(agent);
        List<Issue> issues = new ArrayList<>(manifests.issues());
        issues.addAll(unclear);
        if (manifests.unidentified() || manifests.surroundingsUnclear() || !unclear.isEmpty()) {
            IssuePrinter.print(console, issues);
            tellWhatStays();
            return;
        }
        List<PolicyInput> policies = manifests.policies().stream().map(accepted::with).toList();
        CompilationResult result = compiler.compile(manifests.request(agent, policies));
        issues.addAll(result.issues());
        IssuePrinter.print(console, issues);
        if (!manifests.hasAgent(agent)) {
            console.line("note: no Agent manifest names " + agent + ", so it has no labels to be selected by");
        }
        List<String> required = result.bundle().config().leases().stream().map(OversightLease::requirement).toList();
        if (!required.isEmpty()) {
            console.line(
                    "note: without an operator nobody knows whether oversight is in force, so what lapses narrow is"
                            + " narrowed: " + String.join(", ", required));
        }
        for (PolicyId gone : accepted.update(policies, result.accepted())) {
            console.line(gone.resource() + " is no longer there, and out of force");
        }
        if (issues.stream().anyMatch(Issue::isError)) {
            console.line(console.tone(Tone.STRONG, "policies with errors")
                    + " stay in force as they were last accepted, and deny where they never were");
        }
        String revision = result.bundle().revision();
        if (revision.equals(inForce)) {
            console.line("revision " + revision + " stays in force");
        } else if (offers.offer(BundleCodec.write(result.bundle()))) {
            inForce = revision;
            console.line("revision " + console.tone(Tone.STRONG, revision) + " is in force: "
                    + result.config().getSpec().policies().size() + " policies, "
                    + result.config().getSpec().servers().size() + " tool servers");
        } else {
            tellWhatStays();
        }
    }

    private void tellEmptied() {
        SortedSet<Path> emptied = watch.emptied();
        for (Path file : emptied) {
            if (!toldEmptied.contains(file)) {
                console.line(file + " is empty: everything stays in force until it is written or removed");
            }
        }
        toldEmptied = emptied;
    }

    private void tellWhatStays() {
        console.line(inForce.isEmpty()
                ? "nothing of it is in force: a config from before stays, and without one every call is denied"
                : "revision " + inForce + " stays in force");
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
