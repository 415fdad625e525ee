package dev.chaperone.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chaperone.api.ToolServer;
import dev.chaperone.api.ToolServerSpec;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ToolServersTest {
    private final ToolServers servers = ToolServers.of(
            List.of(Sourced.of(server("dev", "files", "http://files:1/mcp")),
                    Sourced.of(server("prod", "files", "http://files:1/mcp"))),
            List.of(), Map.of("dev", Map.of(), "prod", Map.of()));

    @Test
    void anotherTakesThePlaceOfTheOneThatHasItsName() {
        // Given
        ServerCatalog prod = servers.byNamespace().get("prod");

        // When
        ToolServers changed = servers.with(server("dev", "files", "ftp://files"));

        // Then
        assertThat(changed.byNamespace().get("dev").servers()).hasSize(1);
        assertThat(changed.issues()).extracting(Issue::resource).containsOnly("ToolServer dev/files");
        assertThat(changed.byNamespace().get("prod")).isSameAs(prod);
        assertThat(servers.issues()).isEmpty();
    }

    @Test
    void oneIsLeftOut() {
        ToolServers changed = servers.without(server("dev", "files", "http://files:1/mcp"));

        assertThat(changed.byNamespace()).containsOnlyKeys("prod");
        assertThat(changed.known().servers()).hasSize(1);
    }

    private static ToolServer server(String namespace, String name, String url) {
        ToolServer server = new ToolServer();
        server.setMetadata(new ObjectMetaBuilder().withNamespace(namespace).withName(name).build());
        server.setSpec(Serialization.unmarshal("{\"url\": \"" + url + "\"}", ToolServerSpec.class));
        return server;
    }
}
