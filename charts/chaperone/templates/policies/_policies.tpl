{{/* The namespaces in which every pod is governed. Never the operator's own and the cluster's, whatever their labels. */}}
{{- define "chaperone.governed" -}}
namespaceSelector:
  matchLabels:
    chaperone.dev/governed: "true"
  {{- include "chaperone.notOurs" . | nindent 2 }}
{{- end }}

{{/* Those and the ones under break-glass: guardrails that run there stay as they are. */}}
{{- define "chaperone.guarded" -}}
namespaceSelector:
  {{- include "chaperone.notOurs" . | nindent 2 }}
    - {key: chaperone.dev/governed, operator: Exists}
{{- end }}

{{- define "chaperone.notOurs" -}}
matchExpressions:
  - key: kubernetes.io/metadata.name
    operator: NotIn
    values: [kube-system, {{ .Release.Namespace | quote }}]
{{- end }}

{{/*
Whether the pod's ServiceAccount is exempt: the operator keeps the list in the shape, which policies have as params. Names
hold no slash.
*/}}
{{- define "chaperone.exempt" -}}
(request.namespace + '/' + object.spec.?serviceAccountName.orValue('default')) in params.spec.?exempt.orValue([])
{{- end }}

{{/* Puts the policy of the name in force, with the shape as params: (list name actions root what-without-the-shape). */}}
{{- define "chaperone.shapeBinding" -}}
{{- $root := index . 2 -}}
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata:
  name: {{ index . 0 }}
  labels:
    {{- include "chaperone.labels" $root | nindent 4 }}
spec:
  policyName: {{ index . 0 }}
  paramRef:
    name: chaperone
    parameterNotFoundAction: {{ index . 3 }}
  validationActions: {{ index . 1 | toJson }}
{{- end }}

{{- define "chaperone.shapeKind" -}}
apiVersion: chaperone.dev/v1alpha1
kind: GuardrailShape
{{- end }}

{{/* Puts the policy of the name in force: (list name actions root). */}}
{{- define "chaperone.binding" -}}
{{- $root := index . 2 -}}
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata:
  name: {{ index . 0 }}
  labels:
    {{- include "chaperone.labels" $root | nindent 4 }}
spec:
  policyName: {{ index . 0 }}
  validationActions: {{ index . 1 | toJson }}
{{- end }}

{{/*
What no pod may have in a governed namespace, also an exempt one: what leads to its node, and so to the guardrails there.
The policy says in variables.containers and variables.volumes what it looks at.
*/}}
{{- define "chaperone.nodeRules" -}}
- expression: >-
    !object.spec.?hostNetwork.orValue(false) && !object.spec.?hostPID.orValue(false)
    && !object.spec.?hostIPC.orValue(false)
  message: >-
    the pod shares a namespace of its node; remove hostNetwork, hostPID and hostIPC from its spec
  reason: Forbidden
- expression: variables.volumes.all(v, !has(v.hostPath))
  message: the pod mounts a directory of its node; remove its hostPath volumes
  reason: Forbidden
- expression: >-
    variables.containers.all(c, c.?ports.orValue([]).all(p, p.?hostPort.orValue(0) == 0))
  message: a container takes a port of its node; remove hostPort from its ports
  reason: Forbidden
- expression: >-
    object.spec.?securityContext.runAsUser.orValue(0) != 64515
    && object.spec.?securityContext.seccompProfile.type.orValue('') != 'Unconfined'
    && object.spec.?securityContext.appArmorProfile.type.orValue('') != 'Unconfined'
    && !object.spec.?securityContext.windowsOptions.hostProcess.orValue(false)
    && object.spec.?securityContext.seLinuxOptions.type.orValue('') in variables.seLinuxTypes
    && object.spec.?securityContext.seLinuxOptions.user.orValue('') == ''
    && object.spec.?securityContext.seLinuxOptions.role.orValue('') == ''
    && object.metadata.?annotations.orValue({}).all(k,
    !k.startsWith('container.apparmor.security.beta.kubernetes.io/')
    || object.metadata.annotations[k] == 'runtime/default'
    || object.metadata.annotations[k].startsWith('localhost/'))
  message: >-
    the pod's securityContext has the guardrail's user 64515, or what the Pod Security baseline refuses
    (seccompProfile, appArmorProfile, seLinuxOptions, windowsOptions); remove it
  reason: Forbidden
- expression: >-
    object.spec.?securityContext.sysctls.orValue([]).all(s, s.name in ['kernel.shm_rmid_forced',
    'net.ipv4.ip_local_port_range', 'net.ipv4.ip_unprivileged_port_start', 'net.ipv4.tcp_syncookies',
    'net.ipv4.ping_group_range', 'net.ipv4.ip_local_reserved_ports', 'net.ipv4.tcp_keepalive_time',
    'net.ipv4.tcp_fin_timeout', 'net.ipv4.tcp_keepalive_intvl', 'net.ipv4.tcp_keepalive_probes',
    'net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem'])
  message: the pod sets a sysctl that the Pod Security baseline refuses; remove it from securityContext.sysctls
  reason: Forbidden
{{- end }}

{{/* The same of its containers. */}}
{{- define "chaperone.confinementRules" -}}
- expression: >-
    variables.containers.all(c, !c.?securityContext.privileged.orValue(false)
    && c.?securityContext.capabilities.add.orValue([]).all(x, x in ['AUDIT_WRITE', 'CHOWN', 'DAC_OVERRIDE', 'FOWNER',
    'FSETID', 'KILL', 'MKNOD', 'NET_BIND_SERVICE', 'SETFCAP', 'SETGID', 'SETPCAP', 'SETUID', 'SYS_CHROOT']))
  message: >-
    a container is privileged or adds a capability that the Pod Security baseline refuses (SYS_ADMIN, SYS_PTRACE,
    NET_ADMIN, NET_RAW, DAC_READ_SEARCH, …); remove it from securityContext
  reason: Forbidden
- expression: >-
    variables.containers.all(c, c.?securityContext.procMount.orValue('Default') == 'Default'
    && c.?securityContext.seccompProfile.type.orValue('') != 'Unconfined'
    && c.?securityContext.appArmorProfile.type.orValue('') != 'Unconfined'
    && !c.?securityContext.windowsOptions.hostProcess.orValue(false)
    && c.?securityContext.seLinuxOptions.type.orValue('') in variables.seLinuxTypes
    && c.?securityContext.seLinuxOptions.user.orValue('') == ''
    && c.?securityContext.seLinuxOptions.role.orValue('') == '')
  message: >-
    a container's seccompProfile, appArmorProfile, seLinuxOptions, procMount or windowsOptions are what the Pod Security
    baseline refuses; remove them from its securityContext
  reason: Forbidden
{{- end }}

{{/*
What no container beside a guardrail may have. The policy says in variables.containers which ones it looks at.
The Pod Security baseline, whatever the namespace's labels say of it, and what reads the guardrail's traffic or files.
*/}}
{{- define "chaperone.containerRules" -}}
{{ include "chaperone.confinementRules" . }}
- expression: >-
    variables.containers.all(c, c.?securityContext.capabilities.drop.orValue([]).exists(x, x in ['ALL', 'NET_RAW']))
  message: >-
    a container keeps NET_RAW, which reads the guardrail's traffic with tools; set
    securityContext.capabilities.drop to [NET_RAW] or [ALL]
  reason: Forbidden
- expression: variables.containers.all(c, c.?securityContext.runAsUser.orValue(0) != 64515)
  message: a container runs as user 64515, which is the guardrail's; set another securityContext.runAsUser
  reason: Forbidden
- expression: >-
    variables.containers.all(c, c.?volumeMounts.orValue([]).all(m,
    !(m.name in ['chaperone-token', 'chaperone-state', 'chaperone-audit'])))
  message: >-
    a container mounts a volume of the guardrail (chaperone-token, chaperone-state, chaperone-audit); remove the mount
  reason: Forbidden
{{- end }}

{{/*
What no container beside the guardrail and the lock may have in a pod whose egress is locked to the guardrail's user: all
that leads to another user, or to other rules. No privilege escalation, since a file that belongs to 64515 and has the
setuid bit may lie in any image.
*/}}
{{- define "chaperone.lockRules" -}}
- expression: >-
    !variables.locked || variables.containers.all(c,
    'ALL' in c.?securityContext.capabilities.drop.orValue([])
    && c.?securityContext.capabilities.add.orValue([]).size() == 0)
  message: >-
    the pod's egress is locked to its guardrail (an oversight policy says egress mode Locked), and a container keeps or
    adds capabilities, with which it could become the guardrail's user; set securityContext.capabilities to
    {drop: [ALL]} in every container
  reason: Forbidden
- expression: >-
    !variables.locked || variables.containers.all(c, !c.?securityContext.allowPrivilegeEscalation.orValue(true))
  message: >-
    the pod's egress is locked to its guardrail (an oversight policy says egress mode Locked), and a container may gain
    privileges, as by a setuid file; set securityContext.allowPrivilegeEscalation to false in every container
  reason: Forbidden
- expression: >-
    !variables.locked || variables.podSaysUser
    || variables.containers.all(c, c.?securityContext.runAsUser.hasValue())
  message: >-
    the pod's egress is locked to its guardrail (an oversight policy says egress mode Locked), and a container does not
    say as whom it runs, which its image could say as 64515; set securityContext.runAsUser in the pod or in every
    container, to any user but 64515
  reason: Forbidden
{{- end }}

{{- define "chaperone.lockVariables" -}}
- name: locked
  expression: >-
    object.spec.?initContainers.orValue([]).size() > 1
    && object.spec.initContainers[1].name == 'chaperone-egress-lock'
- name: podSaysUser
  expression: object.spec.?securityContext.runAsUser.hasValue()
{{- end }}

{{- define "chaperone.containerVariables" -}}
- name: seLinuxTypes
  expression: "['', 'container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t']"
{{- end }}
