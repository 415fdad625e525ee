package dev.chaperone.operator.admission;

import com.fasterxml.jackson.databind.JsonNode;
import dev.chaperone.config.JsonTrees;
import dev.chaperone.injection.Owners;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Owners of pods as the API server has them at this moment, for a controller makes pods
 * within milliseconds of the owner, and an owner that changed since is another one.
 */
public final class LiveOwners implements Owners {
    private final KubernetesClient client;

    public LiveOwners(KubernetesClient client) {
        this.client = client;
    }

    @Override
    public @Nullable Owner find(String namespace, String apiVersion, String kind, String name, String uid) {
        String group = apiVersion.indexOf('/') < 0 ? "api/" : "apis/";
        // The plurals of all kinds that are asked for.
        String plural = kind.toLowerCase(Locale.ROOT) + "s";
        String live = client.raw(
                "/" + group + apiVersion + "/namespaces/" + namespace + "/" + plural + "/" + name);
        if (live == null) {
            return null;
        }
        try {
            JsonNode tree = JsonTrees.read(live.getBytes(StandardCharsets.UTF_8));
            return tree.at("/metadata/uid").asText().equals(uid) ? Owner.of(tree) : null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
