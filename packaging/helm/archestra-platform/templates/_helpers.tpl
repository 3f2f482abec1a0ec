{{- define "archestra.name" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 40 | trimSuffix "-" }}{{ else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 40 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "archestra.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "archestra.labels" -}}
{{ include "archestra.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version | replace "+" "_" }}
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

{{- define "archestra.authSecret" -}}
{{- .Values.archestra.authSecret.existingSecretName | default (printf "%s-auth" .Release.Name) }}
{{- end }}

{{- define "archestra.ownDatabase" -}}
{{- $external := or .Values.postgresql.external_database_url (hasKey .Values.archestra.env "ARCHESTRA_DATABASE_URL") (hasKey .Values.archestra.env "DATABASE_URL") }}
{{- if and .Values.postgresql.enabled (not $external) }}true{{ end }}
{{- end }}

{{- define "archestra.postgresql" -}}
{{- printf "%s-postgresql" .Release.Name | trunc 52 | trimSuffix "-" }}
{{- end }}

{{- define "archestra.postgresqlSecret" -}}
{{- .Values.postgresql.auth.existingSecret | default (include "archestra.postgresql" .) }}
{{- end }}

{{- /* The value that a secret of this release has already, else a new one: upgrades must not change it. */}}
{{- define "archestra.kept" -}}
{{- $secret := lookup "v1" "Secret" .namespace .secret }}
{{- $data := $secret.data | default dict }}
{{- index $data .key | default "" | b64dec | default (randAlphaNum 64) }}
{{- end }}

{{- define "archestra.environment" -}}
{{- $values := .Values.archestra }}
{{- $kubernetes := $values.orchestrator.kubernetes }}
{{- $own := dict
    "ARCHESTRA_BIND_ADDRESS" "0.0.0.0"
    "ARCHESTRA_TRUST_PROXY" "true"
    "ARCHESTRA_DRAIN_SECONDS" (toString $values.drainSeconds)
    "ARCHESTRA_DATABASE_POOL_MAX" (toString $values.database.poolMax)
    "ARCHESTRA_ORCHESTRATOR_K8S_NAMESPACE" (include "archestra.mcpNamespace" .)
    "ARCHESTRA_ORCHESTRATOR_LOAD_KUBECONFIG_FROM_CURRENT_CLUSTER" (toString $kubernetes.loadKubeconfigFromCurrentCluster)
    "ARCHESTRA_ORCHESTRATOR_MCP_K8S_SERVICE_ACCOUNT_NAME" (printf "%s-mcp-k8s-operator" .Release.Name) }}
{{- if $values.orchestrator.baseImage }}
{{- $_ := set $own "ARCHESTRA_ORCHESTRATOR_MCP_SERVER_BASE_IMAGE" $values.orchestrator.baseImage }}
{{- end }}
{{- if $kubernetes.kubeconfig.enabled }}
{{- $_ := set $own "ARCHESTRA_ORCHESTRATOR_KUBECONFIG" (printf "%s/config" $kubernetes.kubeconfig.mountPath) }}
{{- end }}
{{- if .Values.postgresql.external_database_url }}
- name: ARCHESTRA_DATABASE_URL
  valueFrom:
    secretKeyRef:
      name: {{ include "archestra.name" . }}-database
      key: url
{{- else if include "archestra.ownDatabase" . }}
- name: POSTGRES_PASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ include "archestra.postgresqlSecret" . }}
      key: password
- name: ARCHESTRA_DATABASE_URL
  value: postgresql://{{ .Values.postgresql.auth.username }}:$(POSTGRES_PASSWORD)@{{ include "archestra.postgresql" . }}:5432/{{ .Values.postgresql.auth.database }}
{{- end }}
{{- if not (hasKey $values.env "ARCHESTRA_AUTH_SECRET") }}
- name: ARCHESTRA_AUTH_SECRET
  valueFrom:
    secretKeyRef:
      name: {{ include "archestra.authSecret" . }}
      key: {{ $values.authSecret.existingSecretKey }}
{{- end }}
{{- range $name, $value := merge (deepCopy $values.env) $own }}
- name: {{ $name }}
  value: {{ $value | toString | quote }}
{{- end }}
{{- range $values.envFromSecrets }}
- name: {{ .name }}
  valueFrom:
    secretKeyRef:
      name: {{ .secretName }}
      key: {{ .secretKey }}
{{- end }}
{{- with $values.envWithValueFrom }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "archestra.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{- define "archestra.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end }}
