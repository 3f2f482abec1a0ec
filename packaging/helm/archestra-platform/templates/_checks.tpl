{{- /* What contradicts itself, and secrets, which the schema's refusals would quote. */}}
{{- define "archestra.checks" -}}
{{- $values := .Values.archestra }}
{{- $kubernetes := $values.orchestrator.kubernetes }}
{{- $given := include "archestra.databaseIsGiven" . }}
{{- range $name, $url := dict "postgresql.external_database_url" .Values.postgresql.external_database_url "archestra.env.ARCHESTRA_DATABASE_URL" $values.env.ARCHESTRA_DATABASE_URL "archestra.env.DATABASE_URL" $values.env.DATABASE_URL }}
{{- if and $url (not (regexMatch "^postgres(ql)?://." $url)) }}
{{- fail (printf "%s must look like postgresql://user:password@host:5432/database." $name) }}
{{- end }}
{{- end }}
{{- if not (regexMatch "^[A-Za-z0-9._~-]*$" .Values.postgresql.auth.password) }}
{{- fail "postgresql.auth.password becomes part of an address: use letters, digits and . _ ~ - only." }}
{{- end }}
{{- if and .Values.postgresql.external_database_url $given }}
{{- fail "Two databases: set postgresql.external_database_url or a database among archestra.env, not both." }}
{{- end }}
{{- if not (or .Values.postgresql.enabled .Values.postgresql.external_database_url $given $values.envFrom) }}
{{- fail "No database: postgresql.enabled is false, so set postgresql.external_database_url, or ARCHESTRA_DATABASE_URL by archestra.env, envFromSecrets, envWithValueFrom or envFrom." }}
{{- end }}
{{- if and $values.authSecret.existingSecretName (include "archestra.isGiven" (list . "ARCHESTRA_AUTH_SECRET")) }}
{{- fail "Two auth secrets: set archestra.authSecret.existingSecretName or ARCHESTRA_AUTH_SECRET, not both." }}
{{- end }}
{{- if $kubernetes.kubeconfig.enabled }}
{{- if $kubernetes.loadKubeconfigFromCurrentCluster }}
{{- fail "Two clusters: archestra.orchestrator.kubernetes.kubeconfig is used only if loadKubeconfigFromCurrentCluster is false." }}
{{- end }}
{{- if not $kubernetes.kubeconfig.secretName }}
{{- fail "archestra.orchestrator.kubernetes.kubeconfig.secretName is missing: the secret with the kubeconfig in its key `config`." }}
{{- end }}
{{- end }}
{{- with $values.horizontalPodAutoscaler }}
{{- if and .enabled (gt (int .minReplicas) (int .maxReplicas)) }}
{{- fail "archestra.horizontalPodAutoscaler.minReplicas is more than maxReplicas." }}
{{- end }}
{{- end }}
{{- $drain := index $values.env "ARCHESTRA_DRAIN_SECONDS" | default $values.drainSeconds | int }}
{{- with $values.terminationGracePeriodSeconds }}
{{- if lt (int .) (add $drain 20) }}
{{- fail (printf "archestra.terminationGracePeriodSeconds must be at least %d: requests are taken for %d s, and may then end within 10 s." (add $drain 20) $drain) }}
{{- end }}
{{- end }}
{{- end }}

{{- define "archestra.gracePeriod" -}}
{{- $values := .Values.archestra }}
{{- $drain := index $values.env "ARCHESTRA_DRAIN_SECONDS" | default $values.drainSeconds | int }}
{{- $values.terminationGracePeriodSeconds | default (add $drain 30) }}
{{- end }}
