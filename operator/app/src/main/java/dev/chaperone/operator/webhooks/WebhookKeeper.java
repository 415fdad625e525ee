package dev.chaperone.operator.webhooks;

import dev.chaperone.admission.WebhookConfigurations;
import dev.chaperone.api.ServerSideApply;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhookConfiguration;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells API servers of the webhooks, and again when somebody changed or removed what they were told. Webhooks are never
 * asked about these objects themselves, so looking is all there is.
 */
public final class WebhookKeeper {
    private static final Logger LOG = LoggerFactory.getLogger(WebhookKeeper.class);

    private final KubernetesClient client;
    private final String namespace;
    private final List<OwnerReference> owners;

    /**
     * @param namespace the operator's
     * @param owners what the configurations go with when it is deleted
     */
    public WebhookKeeper(KubernetesClient client, String namespace, List<OwnerReference> owners) {
        this.client = client;
        this.namespace = namespace;
        this.owners = List.copyOf(owners);
    }

    /**
     * Writes what is not as it should be.
     *
     * @param authority who vouches for the webhooks' server, PEM
     */
    public void look(String authority) {
        MutatingWebhookConfiguration mutating = WebhookConfigurations.mutating(authority, namespace);
        MutatingWebhookConfiguration presentMutating = client.admissionRegistration().v1()
                .mutatingWebhookConfigurations().withName(WebhookConfigurations.NAME).get();
        write(mutating, presentMutating,
                presentMutating != null && mutating.getWebhooks().equals(presentMutating.getWebhooks()));

        ValidatingWebhookConfiguration validating = WebhookConfigurations.validating(authority, namespace);
        ValidatingWebhookConfiguration presentValidating = client.admissionRegistration().v1()
                .validatingWebhookConfigurations().withName(WebhookConfigurations.NAME).get();
        write(validating, presentValidating,
                presentValidating != null && validating.getWebhooks().equals(presentValidating.getWebhooks()));
    }

    private <T extends HasMetadata> void write(T wanted, @Nullable T present, boolean same) {
        if (present != null && same
                && Objects.requireNonNullElse(present.getMetadata().getOwnerReferences(), List.of()).equals(owners)) {
            return;
        }
        wanted.getMetadata().setOwnerReferences(owners);
        client.resource(wanted).patch(ServerSideApply.AS_OWNER);
        LOG.atInfo().addKeyValue("kind", wanted.getKind()).log("Webhooks registered");
    }
}
