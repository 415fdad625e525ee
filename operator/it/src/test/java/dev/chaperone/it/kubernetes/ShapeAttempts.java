package dev.chaperone.it.kubernetes;

import java.util.stream.Stream;

/** Every way round the guardrail that a pod's author has, one line each. */
final class ShapeAttempts {
    private ShapeAttempts() {}

    static Stream<Attempt> all() {
        return Stream.of(withoutGuardrail(), otherGuardrails(), otherVolumes(), foreignMounts(), nodes(), privileges(),
                names(), identity()).flatMap(attempts -> attempts);
    }

    private static Attempt attempt(String name, AgentPod pod, String refusal) {
        return new Attempt(name, pod, refusal);
    }

    private static AgentPod guarded() {
        return AgentPod.guarded();
    }

    private static Stream<Attempt> withoutGuardrail() {
        String missing = "no guardrail as its first init container";
        return Stream.of(
                attempt("no guardrail", AgentPod.bare(), missing),
                attempt("an init container before it", guarded().init(0, "{}"), missing),
                attempt("a native sidecar before it", guarded().init(0, "restartPolicy: Always"), missing),
                attempt("a guardrail that runs once", guarded().guardrail("""
                        {restartPolicy: null, startupProbe: null, livenessProbe: null}"""), missing),
                attempt("a guardrail of another name", guarded().guardrail("name: guardrail"), missing),
                attempt("opted out by label and annotation", AgentPod.bare().with("""
                        metadata:
                          labels: {chaperone.dev/inject: "false"}
                          annotations: {chaperone.dev/inject: "false"}"""), missing));
    }

    private static Stream<Attempt> otherGuardrails() {
        String other = "is not what the operator injects";
        return Stream.of(
                attempt("another image", guarded().guardrail("image: nothing@sha256:" + "3".repeat(64)), other),
                attempt("the image by tag", guarded().guardrail("image: chaperone-guardrail:latest"), other),
                attempt("another pull policy", guarded().guardrail("imagePullPolicy: Always"), other),
                attempt("old image, new environment",
                        guarded().guardrail("image: " + GuardrailShapes.previous().get("image").asText()), other),
                attempt("another command", guarded().guardrail("command: [sleep, infinity]"), other),
                attempt("other arguments", guarded().guardrail("args: [--allow]"), other),
                attempt("another working directory", guarded().guardrail("workingDir: /tmp"), other),
                attempt("another environment", guarded().guardrail("""
                        env: [{name: CHAPERONE_CHANNEL_URL, value: "https://attacker.agents.svc:443"}]"""), other),
                attempt("environment from a ConfigMap",
                        guarded().guardrail("envFrom: [{configMapRef: {name: mine}}]"), other),
                attempt("a hook after start",
                        guarded().guardrail("lifecycle: {postStart: {exec: {command: [sh]}}}"), other),
                attempt("a hook before stop", guarded().guardrail("lifecycle: {preStop: {sleep: {seconds: 5}}}"),
                        other),
                attempt("no startup probe", guarded().guardrail("startupProbe: null"), other),
                attempt("a liveness probe that restarts it",
                        guarded().guardrail("livenessProbe: {failureThreshold: 1}"), other),
                attempt("another port", guarded().guardrail("ports: [{containerPort: 15080, name: agent}]"), other),
                attempt("no memory", guarded().guardrail("resources: {limits: {memory: 128Mi}}"), other),
                attempt("a throttled processor", guarded().guardrail("resources: {limits: {cpu: 10m}}"), other),
                attempt("user root", guarded().guardrail("securityContext: {runAsUser: 0, runAsNonRoot: false}"),
                        other),
                attempt("a writable root", guarded().guardrail("securityContext: {readOnlyRootFilesystem: false}"),
                        other),
                attempt("an unconfined guardrail",
                        guarded().guardrail("securityContext: {seccompProfile: {type: Unconfined}}"), other),
                attempt("a foreign mount in the guardrail",
                        guarded().guardrail(
                                """
                                        volumeMounts:
                                        - {name: chaperone-token, mountPath: /var/run/secrets/kubernetes.io/serviceaccount, readOnly: true}
                                        - {name: chaperone-state, mountPath: /var/lib/chaperone}
                                        - {name: chaperone-audit, mountPath: /var/spool/chaperone}
                                        - {name: work, mountPath: /app}"""),
                        other),
                attempt("a part of the state",
                        guarded().guardrail(
                                """
                                        volumeMounts:
                                        - {name: chaperone-token, mountPath: /var/run/secrets/kubernetes.io/serviceaccount, readOnly: true}
                                        - {name: chaperone-state, mountPath: /var/lib/chaperone, subPath: mine}
                                        - {name: chaperone-audit, mountPath: /var/spool/chaperone}"""),
                        other),
                attempt("no place for its trail",
                        guarded().guardrail(
                                """
                                        volumeMounts:
                                        - {name: chaperone-token, mountPath: /var/run/secrets/kubernetes.io/serviceaccount, readOnly: true}
                                        - {name: chaperone-state, mountPath: /var/lib/chaperone}"""),
                        other),
                attempt("messages from elsewhere",
                        guarded().guardrail("terminationMessagePath: /var/lib/chaperone/message"), other));
    }

    private static Stream<Attempt> otherVolumes() {
        String other = "a volume of the guardrail (chaperone-token, chaperone-state, chaperone-audit) is missing or was changed";
        return Stream.of(
                attempt("the state on disk", guarded().volume("{name: chaperone-state, emptyDir: {medium: null}}"),
                        other),
                attempt("the state on a claim", guarded().volume("""
                        {name: chaperone-state, emptyDir: null, persistentVolumeClaim: {claimName: mine}}"""), other),
                attempt("the trail in memory", guarded().volume("{name: chaperone-audit, emptyDir: {medium: Memory}}"),
                        other),
                attempt("the trail in little room",
                        guarded().volume("{name: chaperone-audit, emptyDir: {sizeLimit: 1Mi}}"), other),
                attempt("the trail on a claim", guarded().volume("""
                        {name: chaperone-audit, emptyDir: null, persistentVolumeClaim: {claimName: mine}}"""), other),
                attempt("a token that lives longer", guarded()
                        .volume("""
                                name: chaperone-token
                                projected:
                                  sources:
                                  - serviceAccountToken: {audience: guardrail.chaperone.dev, expirationSeconds: 86400, path: token}"""),
                        other),
                attempt("a token from a Secret", guarded().volume("""
                        {name: chaperone-token, projected: null, secret: {secretName: mine}}"""), other),
                attempt("a token beside other files",
                        guarded()
                                .volume("""
                                        name: chaperone-token
                                        projected:
                                          sources:
                                          - serviceAccountToken: {audience: guardrail.chaperone.dev, expirationSeconds: 3600, path: token}
                                          - configMap: {name: mine}"""),
                        other),
                attempt("a token that nobody reads",
                        guarded().volume("{name: chaperone-token, projected: {defaultMode: 256}}"), other));
    }

    private static Stream<Attempt> foreignMounts() {
        String mounts = "a container mounts a volume of the guardrail";
        return Stream.of(
                attempt("the agent mounts the token",
                        guarded().agent("volumeMounts: [{name: chaperone-token, mountPath: /t}]"), mounts),
                attempt("the agent mounts the state",
                        guarded().agent("volumeMounts: [{name: chaperone-state, mountPath: /s}]"), mounts),
                attempt("the agent mounts a part of the state",
                        guarded().agent("volumeMounts: [{name: chaperone-state, mountPath: /s, subPath: credentials}]"),
                        mounts),
                attempt("the agent mounts the trail",
                        guarded().agent("volumeMounts: [{name: chaperone-audit, mountPath: /a}]"), mounts),
                attempt("an init container mounts the trail",
                        guarded().init(1, "volumeMounts: [{name: chaperone-audit, mountPath: /a, readOnly: true}]"),
                        mounts),
                attempt("an init container mounts the state",
                        guarded().init(1, "volumeMounts: [{name: chaperone-state, mountPath: /s}]"), mounts),
                attempt("a second token of the audience", guarded().volume("""
                        name: mine
                        projected:
                          sources:
                          - configMap: {name: mine}
                          - serviceAccountToken: {audience: guardrail.chaperone.dev, path: token}"""),
                        "asks for a second token of the audience guardrail.chaperone.dev"));
    }

    private static Stream<Attempt> nodes() {
        String shares = "shares a namespace of its node";
        return Stream.of(
                attempt("the node's network", guarded().with("spec: {hostNetwork: true}"), shares),
                attempt("the node's processes", guarded().with("spec: {hostPID: true}"), shares),
                attempt("the node's memory", guarded().with("spec: {hostIPC: true}"), shares),
                attempt("the guardrail's processes", guarded().with("spec: {shareProcessNamespace: true}"),
                        "share a process namespace"),
                attempt("the node's files", guarded().volume("{name: node, hostPath: {path: /}}"), "hostPath"),
                attempt("the node's ports", guarded().agent("ports: [{containerPort: 80, hostPort: 80}]"), "hostPort"),
                attempt("a probe of another host",
                        guarded().agent("livenessProbe: {httpGet: {host: tracker.dev.svc, port: 80}}"), "another host"),
                attempt("a hook to another host",
                        guarded().agent("lifecycle: {preStop: {httpGet: {host: tracker.dev.svc, port: 80}}}"),
                        "another host"));
    }

    private static Stream<Attempt> privileges() {
        String adds = "is privileged or adds a capability";
        String baseline = "what the Pod Security baseline refuses";
        String user = "runs as user 64515";
        return Stream.of(
                attempt("privileged", guarded().agent("securityContext: {privileged: true}"), adds),
                attempt("SYS_PTRACE", guarded().agent("securityContext: {capabilities: {add: [SYS_PTRACE]}}"), adds),
                attempt("SYS_ADMIN", guarded().agent("securityContext: {capabilities: {add: [SYS_ADMIN]}}"), adds),
                attempt("NET_ADMIN", guarded().agent("securityContext: {capabilities: {add: [NET_ADMIN]}}"), adds),
                attempt("NET_RAW", guarded().agent("securityContext: {capabilities: {add: [NET_RAW]}}"), adds),
                attempt("DAC_READ_SEARCH",
                        guarded().agent("securityContext: {capabilities: {add: [DAC_READ_SEARCH]}}"), adds),
                attempt("every capability", guarded().agent("securityContext: {capabilities: {add: [ALL]}}"), adds),
                attempt("a capability by its other name",
                        guarded().agent("securityContext: {capabilities: {add: [cap_sys_ptrace]}}"), adds),
                attempt("an init container with SYS_PTRACE",
                        guarded().init(1, "securityContext: {capabilities: {add: [SYS_PTRACE]}}"), adds),
                attempt("the runtime's NET_RAW", guarded().agent("securityContext: {capabilities: null}"),
                        "keeps NET_RAW"),
                attempt("an init container with the runtime's NET_RAW",
                        guarded().init(1, "securityContext: {capabilities: {drop: [CHOWN]}}"), "keeps NET_RAW"),
                attempt("unconfined system calls",
                        guarded().agent("securityContext: {seccompProfile: {type: Unconfined}}"), baseline),
                attempt("unconfined system calls of the pod",
                        guarded().with("spec: {securityContext: {seccompProfile: {type: Unconfined}}}"), baseline),
                attempt("no AppArmor", guarded().agent("securityContext: {appArmorProfile: {type: Unconfined}}"),
                        baseline),
                attempt("no AppArmor by annotation", guarded().with("""
                        metadata: {annotations: {container.apparmor.security.beta.kubernetes.io/agent: unconfined}}"""),
                        baseline),
                attempt("another SELinux type",
                        guarded().agent("securityContext: {seLinuxOptions: {type: spc_t}}"), baseline),
                attempt("the whole of /proc",
                        guarded().with("spec: {hostUsers: false}").agent("securityContext: {procMount: Unmasked}"),
                        baseline),
                attempt("a sysctl", guarded().with("""
                        spec: {securityContext: {sysctls: [{name: net.ipv4.conf.all.route_localnet, value: "1"}]}}"""),
                        "sets a sysctl"),
                attempt("the guardrail's user", guarded().agent("securityContext: {runAsUser: 64515}"), user),
                attempt("the guardrail's user in an init container",
                        guarded().init(1, "securityContext: {runAsUser: 64515}"), user),
                attempt("the guardrail's user for the pod",
                        guarded().with("spec: {securityContext: {runAsUser: 64515}}"), "the guardrail's user 64515"));
    }

    private static Stream<Attempt> names() {
        String names = "says what names resolve to";
        return Stream.of(
                attempt("a tool's name in the hosts file", guarded().with("""
                        spec: {hostAliases: [{ip: 10.0.0.66, hostnames: [tracker.dev.svc]}]}"""), names),
                attempt("a resolver of its own", guarded().with("""
                        spec: {dnsPolicy: None, dnsConfig: {nameservers: [10.0.0.66]}}"""), names),
                attempt("one more resolver", guarded().with("spec: {dnsConfig: {nameservers: [10.0.0.66]}}"), names),
                attempt("one more domain", guarded().with("spec: {dnsConfig: {searches: [attacker.example]}}"), names));
    }

    private static Stream<Attempt> identity() {
        String whose = "does not say which workload it belongs to";
        return Stream.of(
                attempt("no workload", guarded().with("metadata: {annotations: null}"), whose),
                attempt("an empty workload", guarded().with("metadata: {annotations: {chaperone.dev/workload: ''}}"),
                        whose));
    }
}
