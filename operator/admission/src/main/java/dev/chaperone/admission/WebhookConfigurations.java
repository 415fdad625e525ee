package dev.chaperone.admission;

import dev.chaperone.admission.mutate.PodMutator;
import dev.chaperone.admission.validate.PolicyValidator;
import dev.chaperone.api.Api;
import dev.chaperone.api.Governance;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfigurationBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.RuleWithOperations;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.RuleWithOperationsBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhook;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhookBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhookConfigurationBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.WebhookClientConfig;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.WebhookClientConfigBuilder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.TreeSet;

/**
 * The webhooks as API servers are told of them, with every default written out, so that applying them again changes
 * nothing. Whatever refuses fails closed. No selector looks at labels that the author of a pod chooses.
 */
public final class WebhookConfigurations {
    /** Name of both configurations. */
    public static final String NAME = "chaperone";

    /** Name of the Service of the webhooks' server. */
    public static final String SERVICE = "chaperone-webhook";

    private static final int SERVICE_PORT = 443;
    private static final int POD_SECONDS = 5;
    // Compiling many large policies takes its time.
    private static final int POLICY_SECONDS = 10;
    private static final String NAMESPACE_NAME = "kubernetes.io/metadata.name";
    private static final String NO_SIDE_EFFECTS = "None";
    private static final String EQUIVALENT = "Equivalent";
    private static final List<String> REVIEW_VERSIONS = List.of("v1");

    private WebhookConfigurations() {}

    /**
     * The webhook for new pods.
     *
     * @param caBundle who vouches for the server, PEM
     * @param operatorNamespace where the Service is; pods there are never governed
     */
    public static MutatingWebhookConfiguration mutating(String caBundle, String operatorNamespace) {
        return new MutatingWebhookConfigurationBuilder()
                .withNewMetadata().withName(NAME).endMetadata()
                .addNewWebhook()
                .withName("pods." + Api.GROUP)
                .withClientConfig(service(caBundle, operatorNamespace, PodMutator.PATH))
                .withRules(rule("", "v1", "Namespaced", List.of("CREATE"), List.of("pods")))
                .withNamespaceSelector(governed(operatorNamespace))
                .withObjectSelector(new LabelSelector())
                .withFailurePolicy("Fail")
                .withMatchPolicy(EQUIVALENT)
                // Webhooks that come after may change the pod; the shape check has the last word all the same.
                .withReinvocationPolicy("IfNeeded")
                .withSideEffects(NO_SIDE_EFFECTS)
                .withTimeoutSeconds(POD_SECONDS)
                .withAdmissionReviewVersions(REVIEW_VERSIONS)
                .endWebhook()
                .build();
    }

    /**
     * The webhooks for policies and tool servers: one that refuses, and one that only warns of deletions, so that it
     * must not keep a namespace from being deleted while the operator is away.
     *
     * @param caBundle who vouches for the server, PEM
     * @param operatorNamespace where the Service is
     */
    public static ValidatingWebhookConfiguration validating(String caBundle, String operatorNamespace) {
        WebhookClientConfig service = service(caBundle, operatorNamespace, PolicyValidator.PATH);
        return new ValidatingWebhookConfigurationBuilder()
                .withNewMetadata().withName(NAME).endMetadata()
                .withWebhooks(
                        policies("policies." + Api.GROUP, service, List.of("CREATE", "UPDATE"), "Fail"),
                        policies("policy-deletions." + Api.GROUP, service, List.of("DELETE"), "Ignore"))
                .build();
    }

    private static ValidatingWebhook policies(
            String name, WebhookClientConfig service, List<String> operations, String failurePolicy) {
        return new ValidatingWebhookBuilder()
                .withName(name)
                .withClientConfig(service)
                .withRules(rule(
                        Api.GROUP, Api.VERSION, "*", operations,
                        List.of(
                                "clusteroversightpolicies", "clustertoolpolicies", "clustertoolservers",
                                "oversightpolicies", "toolpolicies", "toolservers")))
                .withNamespaceSelector(new LabelSelector())
                .withObjectSelector(new LabelSelector())
                .withFailurePolicy(failurePolicy)
                .withMatchPolicy(EQUIVALENT)
                .withSideEffects(NO_SIDE_EFFECTS)
                .withTimeoutSeconds(POLICY_SECONDS)
                .withAdmissionReviewVersions(REVIEW_VERSIONS)
                .build();
    }

    private static LabelSelector governed(String operatorNamespace) {
        TreeSet<String> exempt = new TreeSet<>(PodMutator.NEVER_GOVERNED);
        exempt.add(operatorNamespace);
        return new LabelSelectorBuilder()
                .addToMatchLabels(Governance.NAMESPACE_LABEL, Governance.GOVERNED)
                .addNewMatchExpression()
                .withKey(NAMESPACE_NAME).withOperator("NotIn").withValues(new ArrayList<>(exempt))
                .endMatchExpression()
                .build();
    }

    private static WebhookClientConfig service(String caBundle, String namespace, String path) {
        return new WebhookClientConfigBuilder()
                .withCaBundle(Base64.getEncoder().encodeToString(caBundle.getBytes(StandardCharsets.UTF_8)))
                .withNewService()
                .withNamespace(namespace).withName(SERVICE).withPath(path).withPort(SERVICE_PORT)
                .endService()
                .build();
    }

    private static RuleWithOperations rule(
            String group, String version, String scope, List<String> operations, List<String> resources) {
        return new RuleWithOperationsBuilder()
                .withApiGroups(group).withApiVersions(version).withScope(scope)
                .withOperations(operations).withResources(resources)
                .build();
    }
}
