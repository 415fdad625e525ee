package dev.chaperone.operator;

import dev.chaperone.controller.channel.Peers;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.net.InetSocketAddress;
import java.util.Set;
import java.util.stream.Collectors;

/** The other replicas, by the endpoints of the channel's Service. */
final class Replicas implements Peers, AutoCloseable {
    private static final String SERVICE_LABEL = "kubernetes.io/service-name";

    private final SharedIndexInformer<EndpointSlice> slices;
    private final String own;

    /** @param own address of this replica */
    Replicas(KubernetesClient client, String namespace, String own) {
        this.own = own;
        this.slices = client.discovery().v1().endpointSlices().inNamespace(namespace)
                .withLabel(SERVICE_LABEL, OperatorSettings.CHANNEL_SERVICE).inform();
    }

    @Override
    public Set<InetSocketAddress> addresses() {
        return slices.getStore().list().stream()
                .flatMap(slice -> slice.getEndpoints().stream())
                .flatMap(endpoint -> endpoint.getAddresses().stream())
                .filter(address -> !address.equals(own))
                .map(address -> new InetSocketAddress(address, OperatorSettings.CHANNEL_PORT))
                .collect(Collectors.toSet());
    }

    @Override
    public void close() {
        slices.close();
    }
}
