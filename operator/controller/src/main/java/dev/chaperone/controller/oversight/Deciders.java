package dev.chaperone.controller.oversight;

import dev.chaperone.api.Api;
import dev.chaperone.api.OversightRules.Decider;
import io.fabric8.kubernetes.api.model.authorization.v1.SubjectAccessReview;
import io.fabric8.kubernetes.api.model.authorization.v1.SubjectAccessReviewBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who may decide on held calls, by the cluster's own authorizers: whatever grants or takes it, by RBAC or otherwise,
 * counts. Answers from memory; what was asked for lately is asked of the API server again and again.
 */
public final class Deciders implements AutoCloseable {
    /** The verb that lets somebody decide on {@code toolcallreviews}. */
    public static final String VERB = "decide";

    private static final Logger LOG = LoggerFactory.getLogger(Deciders.class);
    private static final String RESOURCE = "toolcallreviews";
    private static final Duration AGAIN = Duration.ofSeconds(10);
    private static final Duration FIRST_LOOK = Duration.ofMillis(200);
    /** What could not be asked again for so long is not known any more. */
    private static final Duration BELIEVED = Duration.ofSeconds(60);
    private static final Duration FORGOTTEN = Duration.ofMinutes(5);

    private record Question(Decider decider, String namespace) {}

    /**
     * @param asked when somebody wanted to know last
     * @param known when the answer was given; null when there is none yet
     */
    private record Entry(long asked, @Nullable Boolean answer, @Nullable Long known) {}

    private final KubernetesClient client;
    private final Map<Question, Entry> entries = new ConcurrentHashMap<>();
    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("chaperone-deciders").daemon().factory());
    private final AtomicBoolean firstLook = new AtomicBoolean();
    private volatile boolean trouble;

    /** @param client is not closed */
    public Deciders(KubernetesClient client) {
        this.client = client;
        executor.scheduleWithFixedDelay(
                () -> look(true), AGAIN.toMillis(), AGAIN.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Whether the decider may; empty when that is not known, or not yet. */
    public Optional<Boolean> may(Decider decider, String namespace) {
        long now = System.nanoTime();
        Entry entry = entries.merge(
                new Question(decider, namespace), new Entry(now, null, null),
                (known, _) -> new Entry(now, known.answer(), known.known()));
        if (entry.known() == null) {
            // One for all that want to know: where nobody is answered, they come again every second.
            if (firstLook.compareAndSet(false, true)) {
                executor.schedule(this::firstLook, FIRST_LOOK.toMillis(), TimeUnit.MILLISECONDS);
            }
            return Optional.empty();
        }
        return now - entry.known() > BELIEVED.toNanos() ? Optional.empty() : Optional.ofNullable(entry.answer());
    }

    private void firstLook() {
        firstLook.set(false);
        look(false);
    }

    private void look(boolean all) {
        try {
            long now = System.nanoTime();
            entries.values().removeIf(entry -> now - entry.asked() > FORGOTTEN.toNanos());
            entries.forEach((question, entry) -> {
                if (all || entry.known() == null) {
                    boolean answer = ask(question);
                    entries.computeIfPresent(
                            question, (_, known) -> new Entry(known.asked(), answer, System.nanoTime()));
                }
            });
            trouble = false;
        } catch (KubernetesClientException e) {
            if (!trouble) {
                trouble = true;
                LOG.atWarn().addKeyValue("error", e.toString()).log("Who may decide cannot be asked");
            }
        } catch (RuntimeException e) {
            // Thrown on, it would be the last time.
            LOG.atError().setCause(e).log("Who may decide could not be gone through");
        }
    }

    private boolean ask(Question question) {
        SubjectAccessReview answer = client.authorization().v1().subjectAccessReview().create(review(question));
        return answer.getStatus() != null && Boolean.TRUE.equals(answer.getStatus().getAllowed())
                && !Boolean.TRUE.equals(answer.getStatus().getDenied());
    }

    private static SubjectAccessReview review(Question question) {
        Decider decider = question.decider();
        String account = "system:serviceaccount:" + decider.namespace() + ":" + decider.name();
        var spec = new SubjectAccessReviewBuilder().withNewSpec()
                .withNewResourceAttributes()
                .withNamespace(question.namespace())
                .withGroup(Api.GROUP)
                .withResource(RESOURCE)
                .withVerb(VERB)
                .endResourceAttributes();
        return (switch (decider.kind()) {
            case USER -> spec.withUser(decider.name()).withGroups("system:authenticated");
            case GROUP -> spec.withGroups(decider.name());
            case SERVICE_ACCOUNT -> spec.withUser(account).withGroups(
                    List.of("system:serviceaccounts", "system:serviceaccounts:" + decider.namespace(),
                            "system:authenticated"));
        }).endSpec().build();
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
