package dev.chaperone.controller.view;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What is kept of a Service.
 *
 * @param selector the labels of its pods; empty when others say where it leads
 * @param headless whether its name leads to the pods themselves, and so to their ports
 * @param targets the pods' port for each of its TCP ports
 */
public record ServiceFacts(String namespace, String name, SortedMap<String, String> selector, boolean headless,
        Map<Integer, IntOrString> targets) {
    private static final String HEADLESS = "None";
    private static final String TCP = "TCP";

    public ServiceFacts {
        selector = Collections.unmodifiableSortedMap(selector);
        targets = Map.copyOf(targets);
    }

    static ServiceFacts of(Service service) {
        var spec = service.getSpec();
        Map<Integer, IntOrString> targets = new HashMap<>();
        for (ServicePort port : Objects.requireNonNullElse(spec.getPorts(), List.<ServicePort>of())) {
            if (TCP.equals(Objects.requireNonNullElse(port.getProtocol(), TCP))) {
                targets.put(port.getPort(),
                        Objects.requireNonNullElseGet(port.getTargetPort(), () -> new IntOrString(port.getPort())));
            }
        }
        boolean external = "ExternalName".equals(spec.getType());
        return new ServiceFacts(
                service.getMetadata().getNamespace(), service.getMetadata().getName(),
                external ? new TreeMap<>() : new TreeMap<>(Objects.requireNonNullElse(spec.getSelector(), Map.of())),
                HEADLESS.equals(spec.getClusterIP()), targets);
    }
}
