{{- /* Whether the user sets a variable, however: (list $ "NAME"). */}}
{{- define "archestra.isGiven" -}}
{{- $values := (first .).Values.archestra }}
{{- $name := last . }}
{{- $given := hasKey $values.env $name }}
{{- range concat $values.envFromSecrets $values.envWithValueFrom }}
{{- if eq .name $name }}{{ $given = true }}{{ end }}
{{- end }}
{{- if $given }}true{{ end }}
{{- end }}

{{- define "archestra.databaseIsGiven" -}}
{{- range list "ARCHESTRA_DATABASE_URL" "DATABASE_URL" "ARCHESTRA_DATABASE_URL_VAULT_REF" }}
{{- include "archestra.isGiven" (list $ .) }}
{{- end }}
{{- include "archestra.databaseInVault" . }}
{{- end }}

{{- /* Where in Vault the database's address is: path:key. */}}
{{- define "archestra.databaseInVault" -}}
{{- with .Values.archestra.initContainers.vaultSecrets }}
{{- if .enabled }}
{{- $found := "" }}
{{- range .secrets }}
{{- if has .envVar (list "DATABASE_URL" "ARCHESTRA_DATABASE_URL") }}{{ $found = printf "%s:%s" .path .key }}{{ end }}
{{- end }}
{{- $found }}
{{- end }}
{{- end }}
{{- end }}

{{- define "archestra.ownDatabase" -}}
{{- if and .Values.postgresql.enabled (not .Values.postgresql.external_database_url) (not (include "archestra.databaseIsGiven" .)) }}true{{ end }}
{{- end }}

{{- /* The program listens on the port of its address: (list $ "ARCHESTRA_API_BASE_URL" 9000). */}}
{{- define "archestra.portOf" -}}
{{- $url := index (first .).Values.archestra.env (index . 1) | default "" | toString }}
{{- $port := (urlParse $url).host | regexFind ":[0-9]+$" | trimPrefix ":" }}
{{- $usual := or (and (hasPrefix "http:" $url) (eq $port "80")) (and (hasPrefix "https:" $url) (eq $port "443")) }}
{{- if or (not $port) $usual }}{{ last . }}{{ else }}{{ $port }}{{ end }}
{{- end }}

{{- /* Replicas at their most, and a quarter for a rolling upgrade, share the budget. */}}
{{- define "archestra.poolMax" -}}
{{- $values := .Values.archestra }}
{{- $scaler := $values.horizontalPodAutoscaler }}
{{- $replicas := ternary $scaler.maxReplicas $values.replicaCount $scaler.enabled | int }}
{{- $share := div $values.database.connectionBudget (div (add (mul $replicas 5) 3) 4 | max 1) }}
{{- min $share $values.database.poolMax | max 2 }}
{{- end }}

{{- /* Before anything that may refer to it by $(NAME). */}}
{{- define "archestra.givenEnvironment" -}}
{{- with .Values.archestra.envWithValueFrom }}
{{ toYaml . }}
{{- end }}
{{- range .Values.archestra.envFromSecrets }}
- name: {{ .name }}
  valueFrom:
    secretKeyRef: { name: {{ .secretName }}, key: {{ .secretKey }} }
{{- end }}
{{- end }}

{{- /* (list $ "the secret with the URL"). One name for each way: server-side apply can't make a value of what was a
reference, so a change of the way would fail. */}}
{{- define "archestra.databaseEnvironment" -}}
{{- $secret := last . }}
{{- with first . }}
{{- if .Values.postgresql.external_database_url }}
- name: DATABASE_URL
  valueFrom:
    secretKeyRef: { name: {{ $secret }}, key: url }
{{- else if include "archestra.ownDatabase" . }}
- name: POSTGRES_PASSWORD
  valueFrom:
    secretKeyRef: { name: {{ include "archestra.postgresqlSecret" . }}, key: password }
- name: ARCHESTRA_DATABASE_URL
  value: postgresql://{{ .Values.postgresql.auth.username }}:$(POSTGRES_PASSWORD)@{{ include "archestra.postgresql" . }}:5432/{{ .Values.postgresql.auth.database }}
{{- end }}
{{- end }}
{{- end }}

{{- define "archestra.secretEnvironment" -}}
{{- if not (include "archestra.isGiven" (list . "ARCHESTRA_AUTH_SECRET")) }}
- name: ARCHESTRA_AUTH_SECRET
  valueFrom:
    secretKeyRef: { name: {{ include "archestra.authSecret" . }}, key: {{ .Values.archestra.authSecret.existingSecretKey }} }
{{- end }}
{{- $monitor := .Values.archestra.serviceMonitor }}
{{- if and $monitor.enabled (not (include "archestra.isGiven" (list . "ARCHESTRA_METRICS_SECRET"))) }}
- name: ARCHESTRA_METRICS_SECRET
  valueFrom:
    secretKeyRef: { name: {{ include "archestra.metricsSecret" . }}, key: {{ $monitor.bearerTokenSecret.key }} }
{{- end }}
{{- end }}

{{- define "archestra.plainEnvironment" -}}
{{- $values := .Values.archestra }}
{{- $kubernetes := $values.orchestrator.kubernetes }}
{{- $own := dict
    "ARCHESTRA_BIND_ADDRESS" "0.0.0.0"
    "ARCHESTRA_DATA_DIR" "/app/data"
    "ARCHESTRA_DRAIN_SECONDS" $values.drainSeconds
    "ARCHESTRA_DATABASE_POOL_MAX" (include "archestra.poolMax" .)
    "ARCHESTRA_ORCHESTRATOR_K8S_NAMESPACE" (include "archestra.mcpNamespace" .)
    "ARCHESTRA_ORCHESTRATOR_LOAD_KUBECONFIG_FROM_CURRENT_CLUSTER" $kubernetes.loadKubeconfigFromCurrentCluster
    "ARCHESTRA_ORCHESTRATOR_MCP_K8S_SERVICE_ACCOUNT_NAME" (include "archestra.mcpOperator" .) }}
{{- if $values.ingress.enabled }}
{{- $_ := set $own "ARCHESTRA_TRUST_PROXY" true }}
{{- end }}
{{- with $values.orchestrator.baseImage }}
{{- $_ := set $own "ARCHESTRA_ORCHESTRATOR_MCP_SERVER_BASE_IMAGE" . }}
{{- end }}
{{- with $kubernetes.clusterDomain }}
{{- $_ := set $own "ARCHESTRA_ORCHESTRATOR_K8S_CLUSTER_DOMAIN" . }}
{{- end }}
{{- with include "archestra.databaseInVault" . }}
{{- $_ := set $own "ARCHESTRA_DATABASE_URL_VAULT_REF" . }}
{{- end }}
{{- range $kind, $amounts := pick $values.orchestrator.mcpServerResources "requests" "limits" }}
{{- range $name, $amount := pick $amounts "cpu" "memory" "ephemeralStorage" }}
{{- if ne (toString $amount) "" }}
{{- $_ := set $own (printf "ARCHESTRA_ORCHESTRATOR_MCP_SERVER_%s_%s" (snakecase $name | upper) (trimSuffix "s" $kind | upper)) $amount }}
{{- end }}
{{- end }}
{{- end }}
{{- if $kubernetes.kubeconfig.enabled }}
{{- $_ := set $own "ARCHESTRA_ORCHESTRATOR_KUBECONFIG" (printf "%s/config" $kubernetes.kubeconfig.mountPath) }}
{{- end }}
{{- range $name, $_ := $own }}
{{- if include "archestra.isGiven" (list $ $name) }}{{ $_ := unset $own $name }}{{ end }}
{{- end }}
{{- range $name, $value := merge (deepCopy $values.env) $own }}
- name: {{ $name }}
  value: {{ include "archestra.text" $value | quote }}
{{- end }}
{{- end }}

{{- /* A large number of a file is a float to Helm, which would write it with an exponent. */}}
{{- define "archestra.text" -}}
{{- if and (kindIs "float64" .) (eq . (floor .)) }}{{ int64 . }}{{ else }}{{ . }}{{ end }}
{{- end }}

{{- define "archestra.serverEnvironment" -}}
{{- include "archestra.givenEnvironment" . }}
{{- include "archestra.databaseEnvironment" (list . (include "archestra.databaseSecret" .)) }}
{{- include "archestra.secretEnvironment" . }}
{{- include "archestra.plainEnvironment" . }}
{{- end }}

{{- /* Without the secrets that only an upgrade's end may bring. */}}
{{- define "archestra.migrationEnvironment" -}}
{{- include "archestra.givenEnvironment" . }}
{{- if and .Values.archestra.migrationJob.lockTimeout (not (include "archestra.isGiven" (list . "PGOPTIONS"))) }}
- name: PGOPTIONS
  value: -c lock_timeout={{ .Values.archestra.migrationJob.lockTimeout }}
{{- end }}
{{- include "archestra.databaseEnvironment" (list . (include "archestra.migration" .)) }}
{{- include "archestra.plainEnvironment" . }}
{{- end }}
