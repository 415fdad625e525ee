package dev.chaperone.cli.demo;

import dev.chaperone.cli.console.Console;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.util.List;

/** Removes what the demonstration made: at its end, on a failure, and when the process is told to end. */
final class DemoRemoval implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int POLL_MILLIS = 200;

    private final Console console;
    private final KubernetesClient client;
    private final DemoObjects objects;
    private final String operatorNamespace;
    private final boolean keep;
    private final Thread atExit = new Thread(this::atExit, "demo-removal");
    private boolean done;
    private volatile boolean exiting;

    DemoRemoval(
            Console console, KubernetesClient client, DemoObjects objects, String operatorNamespace, boolean keep) {
        this.console = console;
        this.client = client;
        this.objects = objects;
        this.operatorNamespace = operatorNamespace;
        this.keep = keep;
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    private void atExit() {
        exiting = true;
        end();
    }

    /** Whether the process is ending; then failures of what was under way mean nothing. */
    boolean exiting() {
        return exiting;
    }

    /** Ends the demonstration; whoever comes second waits until it has ended. */
    private synchronized void end() {
        if (done) {
            return;
        }
        done = true;
        objects.stop();
        if (keep) {
            console.line("All is left as it is. To remove it: " + command());
            return;
        }
        console.line("Removes namespaces " + DemoObjects.NAMESPACE + " and " + DemoObjects.TOOLS_NAMESPACE
                + ", and Secret " + operatorNamespace + "/" + DemoObjects.SECRET + " …");
        try {
            remove();
            console.line("Nothing is left.");
        } catch (KubernetesClientException | DemoException e) {
            console.line("Something may be left: " + e.getMessage() + ". To remove it: " + command());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            console.line("Something may be left. To remove it: " + command());
        }
    }

    private String command() {
        return "kubectl delete namespace " + DemoObjects.NAMESPACE + " " + DemoObjects.TOOLS_NAMESPACE
                + "; kubectl -n " + operatorNamespace + " delete secret " + DemoObjects.SECRET;
    }

    /** Removes it and waits until it is gone. */
    void remove() throws InterruptedException {
        List<String> namespaces = List.of(DemoObjects.NAMESPACE, DemoObjects.TOOLS_NAMESPACE);
        for (String namespace : namespaces) {
            client.namespaces().withName(namespace).delete();
        }
        client.secrets().inNamespace(operatorNamespace).withName(DemoObjects.SECRET).delete();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        for (String namespace : namespaces) {
            while (client.namespaces().withName(namespace).get() != null) {
                if (System.nanoTime() > deadline) {
                    throw new DemoException("namespace " + namespace + " is not gone after " + PATIENCE.toSeconds()
                            + " s");
                }
                Thread.sleep(POLL_MILLIS);
            }
        }
    }

    @Override
    public void close() {
        end();
        if (!exiting) {
            try {
                Runtime.getRuntime().removeShutdownHook(atExit);
            } catch (IllegalStateException e) {
                // The process has begun to end meanwhile, and the hook finds nothing to do.
            }
        }
    }
}
