package dev.chaperone.guardrail;

import dev.chaperone.guardrail.config.DirectoryConfigSource;
import dev.chaperone.guardrail.proxy.Limits;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The sidecar's entry point. It is set up by its environment, which only admission writes. */
public final class GuardrailMain {
    private static final Logger LOG = LoggerFactory.getLogger(GuardrailMain.class);
    private static final int WRONG_USAGE = 2;
    private static final int ENVIRONMENT = 3;

    private GuardrailMain() {}

    public static void main(String[] arguments) {
        GuardrailSettings settings;
        Path configDirectory;
        try {
            Map<String, String> environment = System.getenv();
            settings = settings(environment);
            configDirectory = Path.of(required(environment, "CHAPERONE_CONFIG_DIRECTORY"));
        } catch (IllegalArgumentException e) {
            LOG.error(e.getMessage());
            System.exit(WRONG_USAGE);
            return;
        }
        try {
            Guardrail guardrail = Guardrail.start(settings, new DirectoryConfigSource(configDirectory),
                    Clock.systemUTC());
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(guardrail), "drain"));
            LOG.atInfo().addKeyValue("address", guardrail.address()).addKeyValue("ready", guardrail.ready())
                    .log("Guardrail listens");
        } catch (IOException e) {
            LOG.atError().addKeyValue("error", e.toString()).log("Guardrail cannot start");
            System.exit(ENVIRONMENT);
        }
    }

    private static void stop(Guardrail guardrail) {
        try {
            guardrail.close();
        } catch (IOException e) {
            LOG.atWarn().addKeyValue("error", e.toString()).log("Guardrail did not stop cleanly");
        }
    }

    private static GuardrailSettings settings(Map<String, String> environment) {
        Path state = Path.of(required(environment, "CHAPERONE_STATE_DIRECTORY"));
        String credentials = environment.get("CHAPERONE_CREDENTIALS_DIRECTORY");
        return new GuardrailSettings(
                required(environment, "CHAPERONE_AGENT"),
                new InetSocketAddress("127.0.0.1", port(environment.get("CHAPERONE_PORT"), GuardrailSettings.PORT)),
                new InetSocketAddress(
                        environment.getOrDefault("CHAPERONE_ADMIN_ADDRESS", "0.0.0.0"),
                        port(environment.get("CHAPERONE_ADMIN_PORT"), GuardrailSettings.ADMIN_PORT)),
                Set.of(),
                state,
                state.resolve("audit.jsonl"),
                credentials == null ? null : Path.of(credentials),
                environment.get("CHAPERONE_POD_UID"),
                Limits.DEFAULT);
    }

    private static String required(Map<String, String> environment, String name) {
        String value = environment.get(name);
        if (value == null || value.isEmpty()) {
            throw new IllegalArgumentException(name + " is not set");
        }
        return value;
    }

    private static int port(@Nullable String text, int otherwise) {
        return text == null ? otherwise : Integer.parseInt(text);
    }
}
