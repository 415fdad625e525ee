package dev.chaperone.controller.view.guard;

import static java.util.Objects.requireNonNullElse;

import dev.chaperone.api.GuardrailPod;
import dev.chaperone.controller.view.guard.Breach.Rule;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.EphemeralContainer;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodDNSConfig;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Sysctl;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeProjection;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The rules of the chart's {@code pod-shape.yaml} and {@code pod-subresources.yaml}, kept by a pod that is there. Whoever
 * changes one changes the other; the tests of {@code operator/it} hold both to the same attempts.
 */
final class PodRules {
    private static final Set<String> SYSCTLS = Set.of(
            "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_unprivileged_port_start",
            "net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range", "net.ipv4.ip_local_reserved_ports",
            "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl",
            "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem");
    private static final String APP_ARMOR = "container.apparmor.security.beta.kubernetes.io/";

    private final Pod pod;
    private final PodSpec spec;
    private final int place;
    private final Container guardrail;
    private final Map<Rule, Breach> breaches = new EnumMap<>(Rule.class);

    /** @param place where the guardrail stands among the init containers */
    PodRules(Pod pod, int place) {
        this.pod = pod;
        this.spec = pod.getSpec();
        this.place = place;
        this.guardrail = spec.getInitContainers().get(place);
    }

    List<Breach> breaches() {
        guardrail();
        node();
        security();
        names();
        volumes();
        Set<String> own = list(guardrail.getVolumeMounts()).stream().map(VolumeMount::getName)
                .collect(Collectors.toSet());
        List<Container> inits = spec.getInitContainers();
        // What it is itself is compared whole, with the guardrail.
        int behind = place + 1;
        boolean locked = behind < inits.size() && GuardrailPod.LOCK_CONTAINER.equals(inits.get(behind).getName());
        if (locked) {
            check(Rule.LOCK, runsWhatItNames(inits.get(behind)));
            behind++;
        }
        List<Container> others = Stream.of(
                list(spec.getContainers()), inits.subList(0, place), inits.subList(behind, inits.size()))
                .flatMap(Collection::stream).toList();
        check(Rule.LOCK, others.stream().noneMatch(each -> GuardrailPod.LOCK_CONTAINER.equals(each.getName())));
        Stream.concat(others.stream().map(Neighbour::of),
                list(spec.getEphemeralContainers()).stream().map(Neighbour::of)).forEach(neighbour -> {
                    neighbour.rules(own, this::found);
                    if (locked) {
                        neighbour.lockRules(spec.getSecurityContext(), this::found);
                    }
                });
        for (EphemeralContainer joined : list(spec.getEphemeralContainers())) {
            String target = joined.getTargetContainerName();
            if (GuardrailPod.CONTAINER.equals(target) || GuardrailPod.LOCK_CONTAINER.equals(target)) {
                found(Rule.NOT_ENTERED, joined.getName());
            }
        }
        return List.copyOf(breaches.values());
    }

    private void found(Rule rule, @Nullable String container) {
        breaches.putIfAbsent(rule, new Breach(rule, container));
    }

    private void check(Rule rule, boolean kept) {
        if (!kept) {
            found(rule, null);
        }
    }

    private void guardrail() {
        check(Rule.FIRST, place == 0);
        check(Rule.BY_DIGEST, Images.digest(guardrail.getImage()) != null);
        check(Rule.IMAGE_THAT_RUNS, runsWhatItNames(guardrail));
    }

    private boolean runsWhatItNames(Container container) {
        String named = Images.digest(container.getImage());
        ContainerStatus status = status(pod, container.getName());
        String runs = status == null ? null : Images.digest(status.getImageID());
        return named == null || runs == null || runs.equals(named);
    }

    /** What the kubelet says of an init container; null when it says nothing. */
    static @Nullable ContainerStatus status(Pod pod, String container) {
        return pod.getStatus() == null
                ? null
                : list(pod.getStatus().getInitContainerStatuses()).stream()
                        .filter(status -> container.equals(status.getName()))
                        .findFirst()
                        .orElse(null);
    }

    private void node() {
        check(Rule.NODE_NAMESPACES, !is(spec.getHostNetwork()) && !is(spec.getHostPID()) && !is(spec.getHostIPC()));
        check(Rule.PROCESSES, !is(spec.getShareProcessNamespace()));
    }

    private void security() {
        boolean annotated = requireNonNullElse(pod.getMetadata().getAnnotations(), Map.<String, String>of())
                .entrySet().stream()
                .allMatch(each -> !each.getKey().startsWith(APP_ARMOR) || each.getValue().equals("runtime/default")
                        || each.getValue().startsWith("localhost/"));
        check(Rule.CONFINEMENT, annotated);
        PodSecurityContext context = spec.getSecurityContext();
        if (context == null) {
            return;
        }
        check(Rule.OWN_USER, !Confinement.isGuardrail(context.getRunAsUser()));
        check(
                Rule.CONFINEMENT, Confinement.kept(
                        context.getSeccompProfile(), context.getAppArmorProfile(), context.getWindowsOptions(),
                        context.getSeLinuxOptions()));
        check(Rule.SYSCTLS, list(context.getSysctls()).stream().map(Sysctl::getName).allMatch(SYSCTLS::contains));
    }

    private void names() {
        PodDNSConfig dns = spec.getDnsConfig();
        check(
                Rule.NAMES, list(spec.getHostAliases()).isEmpty() && !"None".equals(spec.getDnsPolicy())
                        && (dns == null || (list(dns.getNameservers()).isEmpty() && list(dns.getSearches()).isEmpty()))
                        && requireNonNullElse(spec.getHostnameOverride(), "").isEmpty());
    }

    private void volumes() {
        for (Volume volume : list(spec.getVolumes())) {
            check(Rule.NODE_FILES, volume.getHostPath() == null);
            boolean tokens = volume.getProjected() == null || volume.getName().equals(GuardrailPod.TOKEN_VOLUME)
                    || list(volume.getProjected().getSources()).stream().noneMatch(PodRules::isOwnToken);
            check(Rule.OWN_TOKEN, tokens);
        }
    }

    private static boolean isOwnToken(VolumeProjection source) {
        return source.getServiceAccountToken() != null
                && GuardrailPod.TOKEN_AUDIENCE.equals(source.getServiceAccountToken().getAudience());
    }

    static <T> Collection<T> list(@Nullable Collection<T> list) {
        return list == null ? List.of() : list;
    }

    static boolean is(@Nullable Boolean value) {
        return Boolean.TRUE.equals(value);
    }
}
