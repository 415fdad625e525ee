package dev.chaperone.operator;

import dev.chaperone.controller.LeaseRenewals;
import dev.chaperone.controller.reconciler.Leadership;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The operator's entry point. It is set up by its environment, which the chart writes. */
public final class OperatorMain {
    private static final Logger LOG = LoggerFactory.getLogger(OperatorMain.class);
    private static final int WRONG_USAGE = 2;
    private static final int ENVIRONMENT = 3;
    private static final Duration END_WITHIN = Duration.ofSeconds(20);

    private OperatorMain() {}

    public static void main(String[] arguments) {
        int exit = run(List.of(arguments), System.out, System.err);
        if (exit != 0) {
            System.exit(exit);
        }
    }

    static int run(List<String> arguments, PrintStream out, PrintStream err) {
        if (arguments.equals(List.of("--version"))) {
            out.println("chaperone-operator " + version());
            return 0;
        }
        if (!arguments.isEmpty()) {
            err.println("usage: chaperone-operator [--version]");
            return WRONG_USAGE;
        }
        try {
            return serve(OperatorSettings.of(System.getenv()));
        } catch (IllegalArgumentException e) {
            LOG.error(e.getMessage());
            return WRONG_USAGE;
        }
    }

    private static int serve(OperatorSettings settings) {
        // Audit trails are written to the descriptor itself; whatever a library prints goes with the log.
        System.setOut(System.err);
        Clock clock = Clock.systemUTC();
        Leadership leadership = new Leadership(clock);
        KubernetesClient client = new KubernetesClientBuilder()
                .withHttpClientFactory(new JdkHttpClientFactory())
                .withHttpClientBuilderConsumer(http -> http.addOrReplaceInterceptor(
                        "lease-renewals", new LeaseRenewals(leadership, clock)))
                .build();
        ChaperoneOperator operator = new ChaperoneOperator(settings, client, leadership, clock);
        // Where a replica has to end, its pod's policy starts it anew.
        Runtime.getRuntime().addShutdownHook(new Thread(operator::close, "stop"));
        try {
            operator.start(OperatorMain::end);
            return 0;
        } catch (Exception e) {
            LOG.atError().setCause(e).log("The operator cannot start");
            return ENVIRONMENT;
        }
    }

    // Whoever calls is one of the threads that ending waits for; and ending must come to an end itself.
    private static void end() {
        Thread.ofPlatform().name("end").start(() -> System.exit(ENVIRONMENT));
        Thread.ofPlatform().daemon().name("end-at-last").start(() -> {
            try {
                Thread.sleep(END_WITHIN);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            Runtime.getRuntime().halt(ENVIRONMENT);
        });
    }

    private static String version() {
        return Objects.requireNonNullElse(OperatorMain.class.getPackage().getImplementationVersion(), "(not packaged)");
    }
}
