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
    private static final int MAX_LABEL = 63;
    /** Long enough that nobody finds two names with the same. */
    private static final int LABEL_HASH = 32;
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

    /**
     * The agent's name as the value of a label: itself, or when it is too long its beginning, an underscore, which no
     * name has, and a digest. No two agents of a namespace share one.
     */
    public static String label(String agent) {
        return agent.length() <= MAX_LABEL
                ? agent
                : agent.substring(0, MAX_LABEL - LABEL_HASH - 1) + "_" + digest(agent, LABEL_HASH);
    }

    private static String bounded(String name) {
        return name.length() <= MAX_LENGTH
                ? name
                : name.substring(0, MAX_LENGTH - HASH_LENGTH - 1) + "-" + digest(name, HASH_LENGTH);
    }

    private static String digest(String name, int length) {
        String digest = Digests.of(name.getBytes(StandardCharsets.UTF_8));
        return digest.substring(digest.indexOf(':') + 1).substring(0, length);
    }
}
