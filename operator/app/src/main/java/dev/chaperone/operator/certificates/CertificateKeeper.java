package dev.chaperone.operator.certificates;

import dev.chaperone.api.Api;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the certificates in a Secret that all replicas share, and renews them. Whichever replica comes first writes;
 * the others take what is there. The Secret outlives the release: guardrails in running pods trust the authority that
 * they were created with, and hear the operator again when it is installed again.
 */
public final class CertificateKeeper implements AutoCloseable {
    /** Name of the Secret. */
    public static final String SECRET = "chaperone-certificates";

    private static final Logger LOG = LoggerFactory.getLogger(CertificateKeeper.class);
    private static final Duration PERIOD = Duration.ofSeconds(10);
    private static final int ATTEMPTS = 10;

    private final KubernetesClient client;
    private final String namespace;
    private final List<String> names;
    private final Clock clock;
    private final List<Consumer<OperatorCertificates>> listeners = new CopyOnWriteArrayList<>();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("certificates").factory());
    private volatile @Nullable OperatorCertificates current;

    /**
     * @param namespace the operator's
     * @param names DNS names of the operator's servers
     */
    public CertificateKeeper(
            KubernetesClient client,
            String namespace,
            List<String> names,
            Clock clock) {
        this.client = client;
        this.namespace = namespace;
        this.names = List.copyOf(names);
        this.clock = clock;
    }

    /**
     * Gets certificates, and goes on looking after them.
     *
     * @throws KubernetesClientException when the API server does not let it
     */
    public OperatorCertificates start() {
        OperatorCertificates first = look();
        timer.scheduleWithFixedDelay(this::lookAgain, PERIOD.toMillis(), PERIOD.toMillis(), TimeUnit.MILLISECONDS);
        return first;
    }

    /** Tells of new certificates; not of those that {@link #start} returned. */
    public void onChange(Consumer<OperatorCertificates> listener) {
        listeners.add(listener);
    }

    private void lookAgain() {
        try {
            look();
        } catch (RuntimeException e) {
            // What is presented stays good for weeks; the timer must not stop.
            LOG.atWarn().addKeyValue("error", e.toString()).log("Certificates could not be looked after");
        }
    }

    private synchronized OperatorCertificates look() {
        KubernetesClientException last = null;
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Secret present = client.secrets().inNamespace(namespace).withName(SECRET).get();
            var wanted = OperatorCertificates.inForce(known(present), names, clock.instant());
            try {
                if (present == null) {
                    client.resource(secret(wanted)).create();
                    LOG.info("Certificates made");
                } else if (!wanted.data().equals(present.getData())) {
                    client.resource(new SecretBuilder(present).withData(wanted.data()).build()).update();
                    LOG.info("Certificates renewed");
                }
                publish(wanted);
                return wanted;
            } catch (KubernetesClientException e) {
                if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                    throw e;
                }
                // Another replica was faster.
                last = e;
            }
        }
        throw last == null ? new IllegalStateException() : last;
    }

    // A Secret that was deleted comes back as it was, for pods trust the authority that they were created with.
    private @Nullable Map<String, String> known(@Nullable Secret present) {
        if (present != null) {
            return present.getData();
        }
        OperatorCertificates held = current;
        return held == null ? null : held.data();
    }

    private void publish(OperatorCertificates certificates) {
        OperatorCertificates before = current;
        current = certificates;
        if (before != null && !before.data().equals(certificates.data())) {
            listeners.forEach(listener -> listener.accept(certificates));
        }
    }

    private Secret secret(OperatorCertificates certificates) {
        return new SecretBuilder()
                .withNewMetadata()
                .withName(SECRET)
                .withNamespace(namespace)
                .addToLabels("app.kubernetes.io/managed-by", Api.FIELD_MANAGER)
                .endMetadata()
                .withType("kubernetes.io/tls")
                .withData(certificates.data())
                .build();
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
