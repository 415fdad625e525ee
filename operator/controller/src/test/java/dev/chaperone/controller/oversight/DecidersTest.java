package dev.chaperone.controller.oversight;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chaperone.api.OversightRules.Decider;
import dev.chaperone.api.OversightRules.DeciderKind;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class DecidersTest {
    private final AtomicInteger asked = new AtomicInteger();

    @Test
    void whatCannotBeAskedIsAskedNoMoreOftenForAllThatWantToKnow() throws Exception {
        // Given
        Decider alice = new Decider(DeciderKind.USER, "alice", null);

        // When
        try (Deciders deciders = new Deciders(client())) {
            for (int i = 0; i < 500; i++) {
                assertThat(deciders.may(alice, "n" + i)).isEmpty();
            }
            Thread.sleep(Duration.ofMillis(700));
        }

        // Then
        assertThat(asked.get()).isBetween(1, 3);
    }

    private KubernetesClient client() {
        return (KubernetesClient) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[]{KubernetesClient.class}, (proxy, method, arguments) -> {
                    asked.incrementAndGet();
                    throw new KubernetesClientException("forbidden", 403, null);
                });
    }
}
