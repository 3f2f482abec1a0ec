{{- /* What values for other charts of this name ask for and gets nothing here: a line each, with the reason. */}}
{{- define "archestra.withoutEffect" -}}
{{- $values := .Values.archestra }}
{{- if $values.worker }}
archestra.worker: every replica does its own background work
{{- end }}
{{- if $values.diagnostics }}
archestra.diagnostics: what is wrong is said in logs, metrics and traces; nothing of a pod is kept
{{- end }}
{{- if $values.fileStorage }}
archestra.fileStorage: whatever the program keeps is in PostgreSQL
{{- end }}
{{- if $values.codeRuntime }}
archestra.codeRuntime: the program runs no code of models
{{- end }}
{{- with $values.initContainers }}
{{- if .busyboxImage }}
archestra.initContainers.busyboxImage: PostgreSQL's own image waits
{{- end }}
{{- if .vaultSecrets.enabled }}
{{- if .vaultSecrets.entrypoint }}
archestra.initContainers.vaultSecrets.entrypoint: no container before the program wraps it
{{- end }}
{{- range .vaultSecrets.secrets }}
{{- if not (has .envVar (list "DATABASE_URL" "ARCHESTRA_DATABASE_URL")) }}
archestra.initContainers.vaultSecrets, {{ .envVar }}: only the database's address is read from Vault. Set it by archestra.envFromSecrets
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
