package dev.chaperone.it.kubernetes;

import java.util.stream.Stream;

/** Every way round the egress lock that a pod's author has, one line each. */
final class LockAttempts {
    private static final String LOCKED_INIT = """
            securityContext: {allowPrivilegeEscalation: false, runAsUser: 1000, capabilities: {drop: [ALL]}}""";

    private LockAttempts() {}

    static Stream<Attempt> all() {
        return Stream.of(places(), others(), neighbours()).flatMap(attempts -> attempts);
    }

    /** What a locked pod may bring. */
    static Stream<Attempt> fine() {
        return Stream.of(
                attempt("a locked pod", locked(), ""),
                attempt("the lock of the release before", locked().lock(GuardrailShapes.previousLock()), ""),
                attempt("a locked pod whose agent is root", locked().agent("securityContext: {runAsUser: 0}"), ""),
                attempt("a locked pod whose containers say who they are",
                        locked().with("spec: {securityContext: null}").agent("securityContext: {runAsUser: 1000}"), ""),
                attempt("an init container behind the lock", locked().init(2, LOCKED_INIT), ""),
                attempt("a native sidecar behind the lock",
                        locked().init(2, "{restartPolicy: Always, " + LOCKED_INIT.strip() + "}"), ""));
    }

    private static Attempt attempt(String name, AgentPod pod, String refusal) {
        return new Attempt(name, pod, refusal);
    }

    private static AgentPod locked() {
        return AgentPod.locked();
    }

    private static Stream<Attempt> places() {
        String elsewhere = "stands elsewhere than right behind the guardrail";
        AgentPod first = AgentPod.guarded();
        first.inits().insert(0, GuardrailShapes.lock());
        AgentPod last = AgentPod.guarded().init(1, LOCKED_INIT);
        last.inits().add(GuardrailShapes.lock());
        AgentPod beside = AgentPod.guarded();
        beside.containers().add(Manifests.parse("""
                {name: chaperone-egress-lock, image: mine, securityContext: {capabilities: {add: [NET_ADMIN]}}}"""));
        return Stream.of(
                attempt("the lock before the guardrail", first, "no guardrail as its first init container"),
                attempt("the lock behind another init container", last, elsewhere),
                attempt("the lock's name among the containers", beside, elsewhere),
                attempt("the lock by another name", locked().lock("name: lock"), "adds a capability"));
    }

    private static Stream<Attempt> others() {
        String other = "the container chaperone-egress-lock is not what the operator injects";
        return Stream.of(
                attempt("another image in the lock", locked().lock("image: mine@sha256:" + "3".repeat(64)), other),
                attempt("another command in the lock", locked().lock("command: [sh, -c, 'true']"), other),
                attempt("arguments of the lock", locked().lock("args: [x]"), other),
                attempt("another operator for the lock", locked().lock("""
                        env: [{name: CHAPERONE_CHANNEL_URL, value: "https://attacker.agents.svc:443"}]"""), other),
                attempt("one more capability in the lock",
                        locked().lock("securityContext: {capabilities: {add: [NET_ADMIN, SYS_ADMIN]}}"), other),
                attempt("a privileged lock",
                        locked().lock("securityContext: {privileged: true, allowPrivilegeEscalation: true}"), other),
                attempt("a lock that cannot lock",
                        locked().lock("securityContext: {capabilities: {add: []}}"), other),
                attempt("a lock that goes on beside the agent", locked().lock("restartPolicy: Always"), other),
                attempt("a lock that leaves its proof elsewhere", locked().lock("""
                        volumeMounts: [{name: work, mountPath: /var/run/secrets/kubernetes.io/serviceaccount}]"""),
                        other),
                attempt("a hook of the lock",
                        locked().lock("{restartPolicy: Always, lifecycle: {postStart: {exec: {command: [sh]}}}}"),
                        other));
    }

    private static Stream<Attempt> neighbours() {
        String capabilities = "set securityContext.capabilities to {drop: [ALL]}";
        String privileges = "set securityContext.allowPrivilegeEscalation to false";
        String user = "set securityContext.runAsUser in the pod or in every container";
        AgentPod second = locked();
        second.containers().add(Manifests.parse("""
                {name: helper, image: mine, securityContext: {capabilities: {drop: [NET_RAW]}}}"""));
        return Stream.of(
                attempt("the runtime's capabilities",
                        locked().agent("securityContext: {capabilities: {drop: [NET_RAW]}}"), capabilities),
                attempt("SETUID in a locked pod",
                        locked().agent("securityContext: {capabilities: {add: [SETUID]}}"), capabilities),
                attempt("a harmless capability in a locked pod",
                        locked().agent("securityContext: {capabilities: {add: [NET_BIND_SERVICE]}}"), capabilities),
                attempt("a second container with the runtime's capabilities", second, capabilities),
                attempt("an init container with the runtime's capabilities", locked().init(2, """
                        securityContext: {runAsUser: 1000, allowPrivilegeEscalation: false,
                          capabilities: {drop: [NET_RAW]}}"""), capabilities),
                attempt("NET_ADMIN beside the lock",
                        locked().agent("securityContext: {capabilities: {add: [NET_ADMIN]}}"), "adds a capability"),
                attempt("setuid files", locked().agent("securityContext: {allowPrivilegeEscalation: true}"),
                        privileges),
                attempt("setuid files, unsaid", locked().agent("securityContext: {allowPrivilegeEscalation: null}"),
                        privileges),
                attempt("setuid files in an init container",
                        locked().init(2, "securityContext: {runAsUser: 1000}"), privileges),
                attempt("the image's user", locked().with("spec: {securityContext: null}"), user),
                attempt("the image's user in an init container",
                        locked().with("spec: {securityContext: null}").agent("securityContext: {runAsUser: 1000}")
                                .init(2, "securityContext: {allowPrivilegeEscalation: false}"),
                        user),
                attempt("the guardrail's user in a locked pod",
                        locked().agent("securityContext: {runAsUser: 64515}"), "runs as user 64515"),
                attempt("the guardrail's user for a locked pod",
                        locked().with("spec: {securityContext: {runAsUser: 64515}}"), "the guardrail's user 64515"),
                attempt("the agent mounts the lock's proof",
                        locked().agent("volumeMounts: [{name: chaperone-state, mountPath: /s}]"),
                        "mounts a volume of the guardrail"));
    }
}
