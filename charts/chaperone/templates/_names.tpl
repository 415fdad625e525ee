{{/* Labels of everything that the chart makes. */}}
{{- define "chaperone.labels" -}}
app.kubernetes.io/name: chaperone
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name (.Chart.Version | replace "+" "_") }}
{{- end }}

{{/* What Services and the Deployment select by; never changes, because a Deployment's selector cannot. */}}
{{- define "chaperone.operatorLabels" -}}
app.kubernetes.io/name: chaperone
app.kubernetes.io/component: operator
{{- end }}
