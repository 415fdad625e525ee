package dev.chaperone.controller.view.guard;

import org.jspecify.annotations.Nullable;

/**
 * Something of a pod that admission refuses.
 *
 * @param rule what it is against
 * @param container the container that it is about; null for the pod as a whole
 */
public record Breach(Rule rule, @Nullable String container) {
    /** Rules of the chart's policies on pods, with what is told of a pod that does not keep them. */
    public enum Rule {
        FIRST("its guardrail is not the first init container"),
        BY_DIGEST("its guardrail's image is not named by a digest"),
        IMAGE_THAT_RUNS("its guardrail runs another image than the pod names"),
        OWN_VOLUMES("mounts a volume of the guardrail"),
        OWN_USER("runs as the guardrail's user"),
        OWN_TOKEN("it asks for a second token of the guardrail's audience"),
        NOT_ENTERED("is aimed at the guardrail"),
        NODE_NAMESPACES("it shares a namespace of its node"),
        PROCESSES("its containers share a process namespace"),
        NODE_FILES("it mounts files of its node"),
        NODE_PORTS("takes a port of the node"),
        PROBED_HOST("has a probe or hook that calls another host"),
        CAPABILITIES("is privileged or adds a capability"),
        RAW_SOCKETS("keeps NET_RAW, which reads the guardrail's traffic"),
        CONFINEMENT("is not confined as the Pod Security baseline asks"),
        SYSCTLS("it sets a sysctl that the Pod Security baseline refuses"),
        NAMES("it says what names resolve to"),
        BORROWED("it has no guardrail, and something that only pods with one have"),
        LOCK("its egress lock is not the second init container, or runs another image"),
        LOCK_LEAK(
                "gets round the egress lock: it does not drop ALL capabilities, may gain privileges or does not say as whom it runs");

        private final String text;

        Rule(String text) {
            this.text = text;
        }
    }

    /** Whether it is about the pod's egress lock. */
    public boolean isOfLock() {
        return rule == Rule.LOCK || rule == Rule.LOCK_LEAK;
    }

    /** What people are told. */
    public String text() {
        return container == null ? rule.text : "container " + container + " " + rule.text;
    }
}
