{{- /* The `restricted` Pod Security Standard, and nothing writable but what is mounted. */}}
{{- define "archestra.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{- /* (the user's number) */}}
{{- define "archestra.podSecurity" -}}
runAsNonRoot: true
runAsUser: {{ . }}
runAsGroup: {{ . }}
fsGroup: {{ . }}
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- /* What the server's pods and those of the migration have in common. */}}
{{- define "archestra.podSpec" -}}
{{- $values := .Values.archestra -}}
serviceAccountName: {{ include "archestra.serviceAccount" . }}
{{- with $values.imagePullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with $values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.affinity }}
affinity: {{- toYaml . | nindent 2 }}
{{- end }}
# Variables named after the Service would look like the program's own.
enableServiceLinks: false
securityContext: {{- include "archestra.podSecurity" 65532 | nindent 2 }}
volumes:
  - { name: data, emptyDir: {} }
  - { name: tmp, emptyDir: {} }
  {{- if $values.orchestrator.kubernetes.kubeconfig.enabled }}
  - name: kubeconfig
    secret: { secretName: {{ $values.orchestrator.kubernetes.kubeconfig.secretName }} }
  {{- end }}
  {{- with $values.extraVolumes }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}

{{- define "archestra.container" -}}
{{- $values := .Values.archestra -}}
image: {{ include "archestra.image" . | quote }}
imagePullPolicy: {{ $values.imagePullPolicy }}
securityContext: {{- include "archestra.containerSecurity" . | nindent 2 }}
resources: {{- toYaml $values.resources | nindent 2 }}
{{- with $values.envFrom }}
envFrom: {{- toYaml . | nindent 2 }}
{{- end }}
volumeMounts:
  - { name: data, mountPath: /app/data }
  - { name: tmp, mountPath: /tmp }
  {{- with $values.orchestrator.kubernetes.kubeconfig }}
  {{- if .enabled }}
  - { name: kubeconfig, mountPath: {{ .mountPath }}, readOnly: true }
  {{- end }}
  {{- end }}
  {{- with $values.extraVolumeMounts }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}
