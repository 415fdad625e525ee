package dev.chaperone.it.kubernetes;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import com.marcnuri.helm.TemplateCommand;
import java.nio.file.Path;

/** The Helm chart, as it lies in the repository. */
public final class Chart {
    static final Path FOLDER = Path.of("../../charts/chaperone");

    /** The namespace that it is installed into. */
    public static final String NAMESPACE = "chaperone-system";

    static final String OPERATOR = "system:serviceaccount:" + NAMESPACE + ":chaperone-operator";

    static final String OPERATOR_IMAGE = "chaperone-operator@sha256:" + "a".repeat(64);
    static final String GUARDRAIL_IMAGE = "chaperone-guardrail@sha256:" + "b".repeat(64);

    private static final String RELEASE = "chaperone";

    private Chart() {}

    /** Its manifests, with the values that have no default. */
    static TemplateCommand template() {
        return templateWithDefaults()
                .set("operator.image", OPERATOR_IMAGE)
                .set("guardrail.image", GUARDRAIL_IMAGE);
    }

    public static TemplateCommand templateWithDefaults() {
        return new Helm(FOLDER).template().withName(RELEASE).withNamespace(NAMESPACE).withKubeVersion("1.34.0");
    }

    static LintResult lint() {
        return new Helm(FOLDER).lint().strict().call();
    }

    /** With images that do not exist: no operator runs. */
    static void install(String kubeconfig) {
        install(kubeconfig, OPERATOR_IMAGE, GUARDRAIL_IMAGE);
    }

    /** Does not wait for the operator. */
    public static void install(String kubeconfig, String operatorImage, String guardrailImage) {
        new Helm(FOLDER).install().withName(RELEASE).withNamespace(NAMESPACE).createNamespace()
                .withKubeConfigContents(kubeconfig)
                .set("operator.image", operatorImage).set("guardrail.image", guardrailImage)
                .call();
    }

    public static void upgrade(String kubeconfig, String key, Object value) {
        new Helm(FOLDER).upgrade().withName(RELEASE).withNamespace(NAMESPACE).reuseValues()
                .withKubeConfigContents(kubeconfig).set(key, value).call();
    }

    /** Does nothing when it is not installed. */
    public static void uninstall(String kubeconfig) {
        Helm.uninstall(RELEASE).ignoreNotFound().withNamespace(NAMESPACE).withKubeConfigContents(kubeconfig).call();
    }
}
