{{/* What the pods of both programs have in common. */}}

{{- define "lattice.image" -}}
{{- with .Values.image -}}
{{- if .digest }}{{ .repository }}@{{ .digest }}{{ else }}{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}{{ end -}}
{{- end -}}
{{- end -}}

{{- define "lattice.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "lattice.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{/* Takes the chart, and the key of the secret under which this program's address of the database is. */}}
{{- define "lattice.databaseUrl" -}}
- name: LATTICE_DATABASE_URL
  valueFrom:
    secretKeyRef:
      name: {{ .chart.Values.secrets.database }}
      key: {{ .key }}
{{- end -}}

{{- define "lattice.pullSecrets" -}}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end -}}
