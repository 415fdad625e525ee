package dev.chaperone.guardrail;

import dev.chaperone.guardrail.config.ConfigSource;
import java.io.IOException;
import java.time.Clock;
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
        ConfigSource source;
        try {
            var environment = new GuardrailEnvironment(System.getenv());
            settings = environment.settings();
            source = environment.source();
        } catch (IllegalArgumentException e) {
            LOG.error(e.getMessage());
            System.exit(WRONG_USAGE);
            return;
        }
        try {
            Guardrail guardrail = Guardrail.start(settings, source, Clock.systemUTC());
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
}
