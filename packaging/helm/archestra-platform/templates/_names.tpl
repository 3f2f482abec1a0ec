{{- define "archestra.name" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 40 | trimSuffix "-" }}{{ else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 40 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "archestra.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- /* Not the selector of the Service: what only migrates must get no requests. */}}
{{- define "archestra.migrationSelector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}-migrate
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "archestra.postgresqlSelector" -}}
app.kubernetes.io/name: postgresql
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "archestra.commonLabels" -}}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "archestra.labels" -}}
{{ include "archestra.selector" . }}
{{ include "archestra.commonLabels" . }}
{{- end }}

{{- define "archestra.image" -}}
{{- $image := .Values.archestra.image }}
{{- if or (contains "@" $image) (regexMatch ":[^/]+$" $image) }}{{ $image }}{{ else }}{{ $image }}:{{ .Values.archestra.imageTag | default .Chart.AppVersion }}{{ end }}
{{- end }}

{{- define "archestra.serviceAccount" -}}
{{- $account := .Values.archestra.orchestrator.kubernetes.serviceAccount }}
{{- $account.name | default (ternary (include "archestra.name" .) "default" $account.create) }}
{{- end }}

{{- define "archestra.mcpNamespace" -}}
{{- .Values.archestra.orchestrator.kubernetes.namespace | default .Release.Namespace }}
{{- end }}

{{- define "archestra.mcpOperator" -}}
{{- .Release.Name }}-mcp-k8s-operator
{{- end }}

{{- define "archestra.ownAuthSecret" -}}
{{- .Release.Name }}-auth
{{- end }}

{{- define "archestra.authSecret" -}}
{{- .Values.archestra.authSecret.existingSecretName | default (include "archestra.ownAuthSecret" .) }}
{{- end }}

{{- define "archestra.metricsSecret" -}}
{{- .Values.archestra.serviceMonitor.bearerTokenSecret.name | default (printf "%s-metrics" (include "archestra.name" .)) }}
{{- end }}

{{- define "archestra.databaseSecret" -}}
{{- include "archestra.name" . }}-database
{{- end }}

{{- define "archestra.migration" -}}
{{- include "archestra.name" . }}-migrate
{{- end }}

{{- define "archestra.postgresql" -}}
{{- printf "%s-postgresql" .Release.Name | trunc 52 | trimSuffix "-" }}
{{- end }}

{{- define "archestra.postgresqlImage" -}}
{{- with .Values.postgresql.image }}{{ with .registry }}{{ . }}/{{ end }}{{ .repository }}:{{ .tag }}{{ end }}
{{- end }}

{{- define "archestra.postgresqlSecret" -}}
{{- .Values.postgresql.auth.existingSecret | default (include "archestra.postgresql" .) }}
{{- end }}

{{- /* A secret of this release that is in the cluster: (list $ "name"). */}}
{{- define "archestra.present" -}}
{{- $release := (first .).Release }}
{{- $secret := lookup "v1" "Secret" $release.Namespace (last .) | default dict }}
{{- if eq (dig "metadata" "annotations" "meta.helm.sh/release-name" "" $secret) $release.Name }}{{ toYaml $secret }}{{ end }}
{{- end }}

{{- /* The value that it has already, else a new one, since upgrades must not change it: (list $ "name" "key"). */}}
{{- define "archestra.kept" -}}
{{- $secret := include "archestra.present" (list (first .) (index . 1)) | fromYaml }}
{{- dig "data" (last .) "" $secret | b64dec | default (randAlphaNum 64) }}
{{- end }}
