package dev.chaperone.controller.view.guard;

import static dev.chaperone.controller.view.guard.PodRules.list;

import dev.chaperone.controller.view.guard.Breach.Rule;
import io.fabric8.kubernetes.api.model.Capabilities;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.EphemeralContainer;
import io.fabric8.kubernetes.api.model.HTTPGetAction;
import io.fabric8.kubernetes.api.model.Lifecycle;
import io.fabric8.kubernetes.api.model.LifecycleHandler;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.TCPSocketAction;
import io.fabric8.kubernetes.api.model.VolumeDevice;
import io.fabric8.kubernetes.api.model.VolumeMount;
import java.util.Collection;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A container beside a guardrail, whenever it came there.
 *
 * @param mounts names of the volumes that it mounts
 * @param ports ports of the node that it takes
 * @param hosts hosts that its probes and hooks name
 */
record Neighbour(
        String name,
        @Nullable SecurityContext security,
        Collection<String> mounts,
        Collection<Integer> ports,
        Collection<String> hosts) {
    private static final Set<String> CAPABILITIES = Set.of(
            "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP",
            "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT");
    private static final Set<String> DROPS_RAW_SOCKETS = Set.of("ALL", "NET_RAW");

    static Neighbour of(Container container) {
        return new Neighbour(
                container.getName(), container.getSecurityContext(),
                mounts(container.getVolumeMounts(), container.getVolumeDevices()),
                list(container.getPorts()).stream().map(ContainerPort::getHostPort).filter(Objects::nonNull)
                        .filter(port -> port != 0).toList(),
                hosts(
                        container.getLifecycle(), container.getLivenessProbe(), container.getReadinessProbe(),
                        container.getStartupProbe()));
    }

    static Neighbour of(EphemeralContainer container) {
        return new Neighbour(
                container.getName(), container.getSecurityContext(),
                mounts(container.getVolumeMounts(), container.getVolumeDevices()), Set.of(), Set.of());
    }

    private static Collection<String> mounts(
            @Nullable Collection<VolumeMount> mounts, @Nullable Collection<VolumeDevice> devices) {
        return Stream.concat(
                list(mounts).stream().map(VolumeMount::getName), list(devices).stream().map(VolumeDevice::getName))
                .toList();
    }

    private static Collection<String> hosts(@Nullable Lifecycle lifecycle, @Nullable Probe... probes) {
        Stream<@Nullable String> probed = Stream.of(probes).filter(Objects::nonNull)
                .flatMap(probe -> Stream.of(host(probe.getHttpGet()), host(probe.getTcpSocket())));
        Stream<@Nullable String> hooked = lifecycle == null
                ? Stream.empty()
                : Stream.of(lifecycle.getPostStart(), lifecycle.getPreStop()).filter(Objects::nonNull)
                        .flatMap(Neighbour::hosts);
        return Stream.concat(probed, hooked).filter(host -> host != null && !host.isEmpty()).toList();
    }

    private static Stream<@Nullable String> hosts(LifecycleHandler hook) {
        return Stream.of(host(hook.getHttpGet()), host(hook.getTcpSocket()));
    }

    private static @Nullable String host(@Nullable HTTPGetAction action) {
        return action == null ? null : action.getHost();
    }

    private static @Nullable String host(@Nullable TCPSocketAction action) {
        return action == null ? null : action.getHost();
    }

    /**
     * Tells which rules it does not keep.
     *
     * @param own names of the volumes that only the guardrail mounts
     */
    void rules(Set<String> own, BiConsumer<Rule, String> found) {
        check(Rule.OWN_VOLUMES, mounts.stream().noneMatch(own::contains), found);
        check(Rule.NODE_PORTS, ports.isEmpty(), found);
        check(Rule.PROBED_HOST, hosts.isEmpty(), found);
        Capabilities capabilities = security == null ? null : security.getCapabilities();
        check(
                Rule.RAW_SOCKETS,
                capabilities != null && list(capabilities.getDrop()).stream().anyMatch(DROPS_RAW_SOCKETS::contains),
                found);
        if (security == null) {
            return;
        }
        check(
                Rule.CAPABILITIES, !PodRules.is(security.getPrivileged())
                        && (capabilities == null || CAPABILITIES.containsAll(list(capabilities.getAdd()))),
                found);
        check(Rule.OWN_USER, !Confinement.isGuardrail(security.getRunAsUser()), found);
        String procMount = security.getProcMount();
        check(
                Rule.CONFINEMENT, (procMount == null || procMount.equals("Default"))
                        && Confinement.kept(
                                security.getSeccompProfile(), security.getAppArmorProfile(),
                                security.getWindowsOptions(), security.getSeLinuxOptions()),
                found);
    }

    /**
     * Tells whether it gets round the egress lock of its pod: who may become the guardrail's user, or change the rules.
     *
     * @param ofPod what counts where the container says nothing
     */
    void lockRules(@Nullable PodSecurityContext ofPod, BiConsumer<Rule, String> found) {
        Capabilities capabilities = security == null ? null : security.getCapabilities();
        boolean saysWho = (security != null && security.getRunAsUser() != null)
                || (ofPod != null && ofPod.getRunAsUser() != null);
        check(
                Rule.LOCK_LEAK, saysWho && security != null && capabilities != null
                        && list(capabilities.getDrop()).contains("ALL") && list(capabilities.getAdd()).isEmpty()
                        && Boolean.FALSE.equals(security.getAllowPrivilegeEscalation()),
                found);
    }

    private void check(Rule rule, boolean kept, BiConsumer<Rule, String> found) {
        if (!kept) {
            found.accept(rule, name);
        }
    }
}
