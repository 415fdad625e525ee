package dev.chaperone.api;

import dev.chaperone.config.Digests;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;

/**
 * Names the agent of each workload. No two workloads of a namespace share a name: a Deployment lends its own, and every
 * other kind is named behind a dot.
 */
public final class AgentNames {
    private static final int MAX_LENGTH = 253;
    private static final int HASH_LENGTH = 16;
    private static final Set<String> BUILT_IN = Set.of("apps/v1", "batch/v1", "v1");

    private AgentNames() {}

    /**
     * {@code coder} for a Deployment, {@code coder.statefulset}, {@code coder.rollout.argoproj.io}. A Deployment with a
     * dot in its name is named like the others, for its name alone could be one of theirs.
     */
    public static String of(String apiVersion, String kind, String name) {
        String suffix = kind.toLowerCase(Locale.ROOT);
        if (!BUILT_IN.contains(apiVersion)) {
            int slash = apiVersion.indexOf('/');
            return bounded(name + "." + suffix + (slash < 0 ? "" : "." + apiVersion.substring(0, slash)));
        }
        return kind.equals("Deployment") && name.indexOf('.') < 0 ? name : bounded(name + "." + suffix);
    }

    private static String bounded(String name) {
        if (name.length() <= MAX_LENGTH) {
            return name;
        }
        String digest = Digests.of(name.getBytes(StandardCharsets.UTF_8));
        return name.substring(0, MAX_LENGTH - HASH_LENGTH - 1) + "-"
                + digest.substring(digest.indexOf(':') + 1).substring(0, HASH_LENGTH);
    }
}
