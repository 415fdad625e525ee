package dev.chaperone.controller.view.guard;

import dev.chaperone.api.GuardrailPod;
import io.fabric8.kubernetes.api.model.AppArmorProfile;
import io.fabric8.kubernetes.api.model.SELinuxOptions;
import io.fabric8.kubernetes.api.model.SeccompProfile;
import io.fabric8.kubernetes.api.model.WindowsSecurityContextOptions;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the Pod Security baseline asks of pods and containers alike. */
final class Confinement {
    private static final String UNCONFINED = "Unconfined";
    private static final Set<String> SE_LINUX_TYPES = Set.of(
            "", "container_t", "container_init_t", "container_kvm_t", "container_engine_t");

    private Confinement() {}

    static boolean kept(
            @Nullable SeccompProfile seccomp,
            @Nullable AppArmorProfile appArmor,
            @Nullable WindowsSecurityContextOptions windows,
            @Nullable SELinuxOptions seLinux) {
        return (seccomp == null || !UNCONFINED.equals(seccomp.getType()))
                && (appArmor == null || !UNCONFINED.equals(appArmor.getType()))
                && (windows == null || !PodRules.is(windows.getHostProcess()))
                && (seLinux == null || kept(seLinux));
    }

    private static boolean kept(SELinuxOptions seLinux) {
        return SE_LINUX_TYPES.contains(Objects.requireNonNullElse(seLinux.getType(), ""))
                && isEmpty(seLinux.getUser()) && isEmpty(seLinux.getRole());
    }

    static boolean isGuardrail(@Nullable Long user) {
        return user != null && user == GuardrailPod.UID;
    }

    private static boolean isEmpty(@Nullable String text) {
        return text == null || text.isEmpty();
    }
}
