package dev.chaperone.injection;

import java.net.URI;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the operator's admin decides about guardrails. It is the same for every pod, and nothing on a pod changes it.
 *
 * @param image by digest, {@code …@sha256:…}; nodes must be able to pull it without the pod's own secrets
 * @param pullPolicy when nodes pull it
 * @param channelUrl where guardrails reach the operator
 * @param channelCa who vouches for the operator, PEM
 * @param resources what a guardrail may use
 */
public record GuardrailSettings(
        String image, PullPolicy pullPolicy, String channelUrl, String channelCa, Resources resources) {
    private static final Pattern BY_DIGEST = Pattern.compile("[^@\\s]+@sha256:[0-9a-f]{64}");

    /** @throws IllegalArgumentException when the settings would make pods that cannot be guarded */
    public GuardrailSettings {
        if (!BY_DIGEST.matcher(image).matches()) {
            throw new IllegalArgumentException(
                    "the guardrail's image is not named by its digest (name@sha256:…): " + image);
        }
        if (!"https".equals(URI.create(channelUrl).getScheme())) {
            throw new IllegalArgumentException("the guardrail's channel is not https: " + channelUrl);
        }
        if (!channelCa.contains("-----BEGIN CERTIFICATE-----")) {
            throw new IllegalArgumentException("the CA of the guardrail's channel is not PEM");
        }
    }

    /** The address of the channel, for an operator in this namespace. */
    public static String channelUrl(String operatorNamespace) {
        return "https://chaperone-channel." + operatorNamespace + ".svc:443";
    }

    /** When nodes pull the image. A digest means one image for ever, so {@link #IF_NOT_PRESENT} misses nothing. */
    public enum PullPolicy {
        IF_NOT_PRESENT("IfNotPresent"), ALWAYS("Always"), NEVER("Never");

        private final String wireName;

        PullPolicy(String wireName) {
            this.wireName = wireName;
        }

        /** The policy in manifests. */
        public String wireName() {
            return wireName;
        }
    }

    /**
     * Quantities, kept as the API server writes them.
     *
     * @param cpuLimit null for none, which spares calls from being throttled
     */
    public record Resources(String cpuRequest, String memoryRequest, @Nullable String cpuLimit, String memoryLimit) {
        /** What is enough for most agents. */
        public static final Resources DEFAULT = new Resources("10m", "128Mi", null, "256Mi");

        /** @throws IllegalArgumentException when one is no quantity */
        public Resources {
            cpuRequest = Quantities.canonical(cpuRequest);
            memoryRequest = Quantities.canonical(memoryRequest);
            cpuLimit = cpuLimit == null ? null : Quantities.canonical(cpuLimit);
            memoryLimit = Quantities.canonical(memoryLimit);
        }
    }
}
