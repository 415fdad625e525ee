package dev.chaperone.controller.reconciler;

import dev.chaperone.api.OversightRequirement;
import dev.chaperone.api.Conditions;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.MicroTime;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.fabric8.kubernetes.api.model.events.v1.EventBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells who watches a resource what they should know of it. The same is told once. */
public final class Events {
    private static final Logger LOG = LoggerFactory.getLogger(Events.class);
    private static final Set<String> TOLD = Set.of(Conditions.ACCEPTED, Conditions.RESOLVED_REFS);
    private static final String LOOSENED = "Loosened";
    private static final int MOST_LOOSENED = 16;
    private static final String CONTROLLER = "chaperone.dev/operator";
    private static final String CLUSTER_SCOPED = "default";
    /** Most bytes that the API server takes. */
    private static final int NOTE = 1024;
    /** Most bytes of a character. */
    private static final int BYTES = 3;
    private static final DateTimeFormatter MICROS = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'")
            .withZone(ZoneOffset.UTC);

    private final KubernetesClient client;
    private final String instance;
    private final Clock clock;

    /** @param instance name of this replica */
    public Events(KubernetesClient client, String instance, Clock clock) {
        this.client = client;
        this.instance = instance;
        this.clock = clock;
    }

    /** Warns of what is wrong now and was not, or was wrong in another way. */
    public void changed(HasMetadata about, @Nullable List<Condition> before, @Nullable List<Condition> now) {
        for (Condition condition : Objects.requireNonNullElse(now, List.<Condition>of())) {
            boolean known = before != null && before.stream().anyMatch(old -> isSame(old, condition));
            if (TOLD.contains(condition.getType()) && "False".equals(condition.getStatus()) && !known) {
                warn(about, condition.getReason(), condition.getMessage());
            }
        }
    }

    private static boolean isSame(Condition one, Condition other) {
        return one.getType().equals(other.getType()) && one.getStatus().equals(other.getStatus())
                && one.getReason().equals(other.getReason()) && one.getMessage().equals(other.getMessage());
    }

    /** Tells what there is to tell of an agent's oversight. */
    public void overseen(
            HasMetadata about, @Nullable List<OversightRequirement> before,
            @Nullable List<OversightRequirement> now) {
        for (OversightNews news : OversightNews.between(before, now)) {
            tell(about, news.type(), news.reason(), news.note());
        }
    }

    /**
     * Warns of what may be permitted that was not before.
     *
     * @param notes an event each, so that none is cut off behind others; of very many, the last says how many more
     */
    public void loosened(HasMetadata about, List<String> notes) {
        int told = notes.size() <= MOST_LOOSENED ? notes.size() : MOST_LOOSENED - 1;
        notes.subList(0, told).forEach(note -> warn(about, LOOSENED, note));
        if (told < notes.size()) {
            warn(about, LOOSENED, "and " + (notes.size() - told) + " more such changes");
        }
    }

    /** Whatever becomes of it: what is told is worth less than what is done. */
    public void warn(HasMetadata about, String reason, String note) {
        tell(about, "Warning", reason, note);
    }

    private void tell(HasMetadata about, String type, String reason, String note) {
        try {
            client.resource(event(about, type, reason, note)).create();
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                LOG.atWarn().addKeyValue("reason", reason).addKeyValue("error", e.toString())
                        .log("An event could not be told");
            }
        }
    }

    private Event event(HasMetadata about, String type, String reason, String note) {
        var metadata = about.getMetadata();
        String namespace = metadata.getNamespace() == null ? CLUSTER_SCOPED : metadata.getNamespace();
        String identity = metadata.getUid() + '/' + metadata.getGeneration() + '/' + reason + '/' + note;
        String name = metadata.getName() + '.' + UUID.nameUUIDFromBytes(identity.getBytes(StandardCharsets.UTF_8));
        return new EventBuilder()
                .withNewMetadata().withNamespace(namespace).withName(name).endMetadata()
                .withType(type)
                .withReason(reason)
                .withAction("Reconcile")
                .withNote(note.length() > NOTE / BYTES ? note.substring(0, NOTE / BYTES - 1) + "…" : note)
                .withReportingController(CONTROLLER)
                .withReportingInstance(instance)
                .withEventTime(new MicroTime(MICROS.format(clock.instant())))
                .withRegarding(
                        new ObjectReferenceBuilder().withApiVersion(about.getApiVersion()).withKind(about.getKind())
                                .withNamespace(metadata.getNamespace()).withName(metadata.getName())
                                .withUid(metadata.getUid()).withResourceVersion(metadata.getResourceVersion())
                                .build())
                .build();
    }
}
