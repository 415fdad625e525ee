package dev.chaperone.guardrail;

import dev.chaperone.guardrail.config.ConfigSource;
import dev.chaperone.guardrail.config.DirectoryConfigSource;
import dev.chaperone.guardrail.config.OperatorConfigSource;
import dev.chaperone.guardrail.proxy.Limits;
import dev.chaperone.guardrail.spool.SpoolSettings;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the sidecar's environment says. A variable that is empty is as good as none.
 *
 * @param variables the environment
 */
record GuardrailEnvironment(Map<String, String> variables) {
    private static final String CHANNEL = "CHAPERONE_CHANNEL_URL";
    private static final String DIRECTORY = "CHAPERONE_CONFIG_DIRECTORY";
    private static final String CREDENTIALS = "CHAPERONE_CREDENTIALS_DIRECTORY";
    private static final String SPOOL = "CHAPERONE_SPOOL_DIRECTORY";
    private static final String SPOOL_BYTES = "CHAPERONE_SPOOL_BYTES";
    private static final String KEPT_CREDENTIALS = "credentials";
    private static final int MAX_PORT = 65_535;

    /** @throws IllegalArgumentException when something is missing or makes no sense */
    GuardrailSettings settings() {
        Path state = Path.of(required("CHAPERONE_STATE_DIRECTORY"));
        String auditFile = optional("CHAPERONE_AUDIT_FILE");
        return new GuardrailSettings(
                agent(),
                new InetSocketAddress("127.0.0.1", port("CHAPERONE_PORT", GuardrailSettings.PORT)),
                new InetSocketAddress(
                        variables.getOrDefault("CHAPERONE_ADMIN_ADDRESS", "0.0.0.0"),
                        port("CHAPERONE_ADMIN_PORT", GuardrailSettings.ADMIN_PORT)),
                Set.of(),
                state,
                auditFile == null ? state.resolve("audit.jsonl") : Path.of(auditFile),
                spool(),
                credentials(state),
                optional("CHAPERONE_POD_UID"),
                Limits.DEFAULT);
    }

    /**
     * The source of configs.
     *
     * @throws IllegalArgumentException when there is none or more than one, or it makes no sense
     */
    ConfigSource source() {
        if (!byChannel()) {
            return new DirectoryConfigSource(Path.of(required(DIRECTORY)));
        }
        URI url;
        try {
            url = URI.create(required(CHANNEL));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(CHANNEL + ": " + e.getMessage(), e);
        }
        return new OperatorConfigSource(
                url,
                required("CHAPERONE_CHANNEL_CA"),
                Path.of(required("CHAPERONE_TOKEN_FILE")),
                Path.of(required("CHAPERONE_STATE_DIRECTORY")).resolve(KEPT_CREDENTIALS));
    }

    private boolean byChannel() {
        boolean channel = optional(CHANNEL) != null;
        if (channel == (optional(DIRECTORY) != null)) {
            throw new IllegalArgumentException(
                    "exactly one of " + CHANNEL + " and " + DIRECTORY + " is to be set, and "
                            + (channel ? "both are" : "neither is"));
        }
        return channel;
    }

    private String agent() {
        String agent = optional("CHAPERONE_AGENT");
        if (agent != null) {
            return agent;
        }
        return byChannel()
                ? "pod " + required("CHAPERONE_POD_NAMESPACE") + "/" + required("CHAPERONE_POD_NAME")
                : required("CHAPERONE_AGENT");
    }

    private @Nullable Path credentials(Path state) {
        String directory = optional(CREDENTIALS);
        if (!byChannel()) {
            return directory == null ? null : Path.of(directory);
        }
        if (directory != null) {
            throw new IllegalArgumentException(CREDENTIALS + " is not for " + CHANNEL + ", which brings credentials");
        }
        return state.resolve(KEPT_CREDENTIALS);
    }

    private @Nullable SpoolSettings spool() {
        String directory = optional(SPOOL);
        if (directory == null) {
            return null;
        }
        if (!byChannel()) {
            throw new IllegalArgumentException(SPOOL + " is for " + CHANNEL + ", which acknowledges what is in it");
        }
        String bytes = optional(SPOOL_BYTES);
        try {
            return SpoolSettings.of(
                    Path.of(directory), bytes == null ? SpoolSettings.DEFAULT_BYTES : Long.parseLong(bytes));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(SPOOL_BYTES + " is no number: " + bytes, e);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(SPOOL_BYTES + ": " + e.getMessage(), e);
        }
    }

    private @Nullable String optional(String name) {
        String value = variables.get(name);
        return value == null || value.isEmpty() ? null : value;
    }

    private String required(String name) {
        String value = optional(name);
        if (value == null) {
            throw new IllegalArgumentException(name + " is not set");
        }
        return value;
    }

    private int port(String name, int otherwise) {
        String text = optional(name);
        if (text == null) {
            return otherwise;
        }
        try {
            int port = Integer.parseInt(text);
            if (port >= 0 && port <= MAX_PORT) {
                return port;
            }
        } catch (NumberFormatException e) {
            // Told below.
        }
        throw new IllegalArgumentException(name + " is no port: " + text);
    }
}
