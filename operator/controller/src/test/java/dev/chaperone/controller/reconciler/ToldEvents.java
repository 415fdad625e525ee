package dev.chaperone.controller.reconciler;

import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.NamespaceableResource;
import java.lang.reflect.Proxy;
import java.util.List;

/** Events that are created, and nothing else that a client could do. */
public final class ToldEvents {
    private ToldEvents() {}

    /** A client that keeps them here. */
    public static KubernetesClient in(List<Event> told) {
        ClassLoader loader = ToldEvents.class.getClassLoader();
        return (KubernetesClient) Proxy.newProxyInstance(
                loader, new Class<?>[]{KubernetesClient.class},
                (proxy, method, arguments) -> Proxy.newProxyInstance(
                        loader, new Class<?>[]{NamespaceableResource.class},
                        (resource, call, none) -> {
                            told.add((Event) arguments[0]);
                            return arguments[0];
                        }));
    }
}
