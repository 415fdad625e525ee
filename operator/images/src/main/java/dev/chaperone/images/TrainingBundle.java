package dev.chaperone.images;

import dev.chaperone.api.ToolPolicy;
import dev.chaperone.api.ToolServer;
import dev.chaperone.config.BundleCodec;
import dev.chaperone.policy.AgentContext;
import dev.chaperone.policy.CompilationRequest;
import dev.chaperone.policy.CompilationResult;
import dev.chaperone.policy.PolicyCompiler;
import dev.chaperone.policy.PolicyInput;
import dev.chaperone.policy.Sourced;
import dev.chaperone.policy.ToolServers;
import dev.chaperone.policy.manifest.ManifestDocument.Decoded;
import dev.chaperone.policy.manifest.ManifestReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The compiled policies of {@code training.yaml}. */
final class TrainingBundle {
    private static final String NAME = "training.yaml";

    static final String TEXT = text();

    private TrainingBundle() {}

    /**
     * The bundle of the agent {@code training/agent}.
     *
     * @param url where the tool server lives
     */
    static byte[] of(URI url) {
        List<PolicyInput> policies = new ArrayList<>();
        List<Sourced<ToolServer>> servers = new ArrayList<>();
        String text = TEXT.replaceFirst("url: .*", "url: " + url);
        for (var document : ManifestReader.read(NAME, text)) {
            switch (document) {
                case Decoded(ToolPolicy policy, var source) ->
                    policies.add(PolicyInput.of(new Sourced<>(policy, source)));
                case Decoded(ToolServer server, var source) -> servers.add(new Sourced<>(server, source));
                default -> throw new IllegalStateException(NAME + " holds " + document);
            }
        }
        CompilationResult result = new PolicyCompiler().compile(new CompilationRequest(
                new AgentContext("training", "agent", Map.of(), Map.of()), policies, ToolServers.of(servers)));
        if (!result.issues().isEmpty()) {
            throw new IllegalStateException(NAME + ": " + result.issues());
        }
        return BundleCodec.write(result.bundle());
    }

    private static String text() {
        try (InputStream in = TrainingBundle.class.getResourceAsStream(NAME)) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
