package dev.chaperone.it.kubernetes;

import java.util.stream.Stream;

/** Pods of an exempt ServiceAccount, and every way in which one could pass for a governed pod. */
final class ExemptAttempts {
    static final String ACCOUNT = "postgres";

    private ExemptAttempts() {}

    static AgentPod exempt() {
        return AgentPod.bare().with("{metadata: {annotations: null}, spec: {serviceAccountName: " + ACCOUNT + "}}");
    }

    static Stream<Attempt> refused() {
        String said = "which only governed pods have; leave them out, or";
        String container = "has a container chaperone-…, which only governed pods have";
        String volume = "that only governed pods have; leave it out";
        return Stream.of(
                new Attempt("a whole guarded pod", guarded(), said),
                new Attempt("another agent's workload", exempt().with("""
                        metadata: {annotations: {chaperone.dev/workload:
                          '{"apiVersion":"apps/v1","kind":"Deployment","name":"payer","uid":"1"}'}}"""), said),
                new Attempt("an empty workload",
                        exempt().with("metadata: {annotations: {chaperone.dev/workload: ''}}"), said),
                new Attempt("another agent's label", exempt().with("metadata: {labels: {chaperone.dev/agent: payer}}"),
                        said),
                new Attempt("a label of a later release",
                        exempt().with("metadata: {labels: {chaperone.dev/later: payer}}"), said),
                new Attempt("a container of a later release", exempt().init(0, "name: chaperone-later"), container),
                new Attempt("a guardrail", guarded().with("metadata: {annotations: null}"), container),
                new Attempt("an init container of the name", exempt().init(0, "name: chaperone-guardrail"), container),
                new Attempt("a container of the name", exempt().agent("name: chaperone-guardrail"), container),
                new Attempt("a volume with a guardrail's state",
                        exempt().volume("{name: chaperone-state, emptyDir: {}}"), volume),
                new Attempt("a volume for a guardrail's token",
                        exempt().volume("{name: chaperone-token, emptyDir: {}}"), volume),
                new Attempt("a volume with a guardrail's records",
                        exempt().volume("{name: chaperone-audit, emptyDir: {}}"), volume),
                new Attempt("a token of the audience", exempt().volume("""
                        {name: mine, projected: {sources: [{configMap: {name: x}}, {serviceAccountToken:
                          {audience: guardrail.chaperone.dev, path: token}}]}}"""), volume));
    }

    /** What leads to the node, and so to the guardrails there. */
    static Stream<Attempt> atTheNode() {
        return Stream.of(
                new Attempt("processes of the node", exempt().with("spec: {hostPID: true}"), "a namespace of its node"),
                new Attempt("the network of the node", exempt().with("spec: {hostNetwork: true}"),
                        "a namespace of its node"),
                new Attempt("files of the node", exempt().volume("{name: root, hostPath: {path: /}}"),
                        "a directory of its node"),
                new Attempt("a port of the node",
                        exempt().agent("ports: [{containerPort: 15080, hostPort: 15080}]"), "a port of its node"),
                new Attempt("a privileged container", exempt().agent("securityContext: {privileged: true}"),
                        "is privileged"),
                new Attempt("a privileged init container",
                        exempt().init(0, "{name: first, image: none, securityContext: {privileged: true}}"),
                        "is privileged"),
                new Attempt("CAP_SYS_ADMIN",
                        exempt().agent("securityContext: {capabilities: {add: [SYS_ADMIN]}}"), "is privileged"),
                new Attempt("no seccomp",
                        exempt().with("spec: {securityContext: {seccompProfile: {type: Unconfined}}}"),
                        "Pod Security baseline"));
    }

    static Stream<Attempt> taken() {
        return Stream.of(
                new Attempt("a pod as it is", exempt(), ""),
                new Attempt("one that a governed pod could not be", exempt()
                        .agent("securityContext: {runAsUser: 64515, capabilities: {drop: null}}"), ""),
                new Attempt("a name that the API server makes",
                        exempt().with("metadata: {name: null, generateName: postgres-}"), ""),
                new Attempt("a token of another audience", exempt()
                        .volume("""
                                {name: vault, projected: {sources: [{serviceAccountToken: {audience: vault, path: token}}]}}"""),
                        ""));
    }

    private static AgentPod guarded() {
        return AgentPod.guarded().with("spec: {serviceAccountName: " + ACCOUNT + "}");
    }
}
