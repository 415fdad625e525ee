package dev.chaperone.guardrail;

import dev.chaperone.config.GuardrailConfigSpec;
import dev.chaperone.config.channel.ChangedDefinition;
import dev.chaperone.config.channel.EgressLockReport;
import dev.chaperone.config.channel.TrailPosition;
import dev.chaperone.guardrail.config.ActiveConfig;
import dev.chaperone.guardrail.config.ConfigSource;
import dev.chaperone.guardrail.spool.Spool;
import dev.chaperone.guardrail.state.Credentials;
import dev.chaperone.guardrail.state.EgressLockProof;
import dev.chaperone.guardrail.state.Leases;
import dev.chaperone.guardrail.telemetry.AuditLog;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What a source delivers to, and what it may know. */
record Deliveries(
        ActiveConfig config,
        Credentials credentials,
        Leases leases,
        AuditLog audit,
        @Nullable Spool spool,
        Supplier<List<ChangedDefinition>> definitions,
        Path stateDirectory)
        implements
            ConfigSource.Offers {
    @Override
    public boolean offer(byte[] bundle) {
        return config.offer(bundle);
    }

    @Override
    public boolean offer(String revision, byte[] bundle) throws IOException {
        return config.offer(revision, bundle);
    }

    @Override
    public @Nullable GuardrailConfigSpec inForce() {
        return config.loaded();
    }

    @Override
    public void credentialsChanged() {
        credentials.forget();
    }

    @Override
    public void renewed(long asked, Map<String, Duration> lengths) {
        leases.renew(asked, lengths);
    }

    @Override
    public Set<String> held() {
        return leases.get().heldLeases();
    }

    @Override
    public String boot() {
        return audit.boot();
    }

    @Override
    public long lastAuditLine() {
        return audit.lastLine();
    }

    @Override
    public @Nullable TrailPosition trail() {
        return spool == null ? null : spool.position();
    }

    @Override
    public List<ChangedDefinition> changedDefinitions() {
        return definitions.get();
    }

    @Override
    public @Nullable EgressLockReport egressLock() {
        return EgressLockProof.reported(stateDirectory);
    }
}
