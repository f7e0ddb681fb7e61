{{- define "roster.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "roster.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" -}}
{{- else if contains (include "roster.name" .) .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "roster.name" .) | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "roster.namespace" -}}
{{- default .Release.Namespace .Values.namespaceOverride -}}
{{- end -}}

{{- define "roster.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "roster.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{/* Labels of one component: (list . "rosterd"). Those of selectors never change. */}}
{{- define "roster.selectorLabels" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: {{ include "roster.name" $root | quote }}
app.kubernetes.io/instance: {{ $root.Release.Name | quote }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end -}}

{{- define "roster.labels" -}}
{{- $root := index . 0 -}}
{{ include "roster.selectorLabels" . }}
app.kubernetes.io/part-of: roster
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" }}
{{- with $root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "roster.image" -}}
{{- $image := .Values.image -}}
{{- $name := $image.repository -}}
{{- if $image.registry }}{{ $name = printf "%s/%s" $image.registry $name }}{{ end -}}
{{- if $image.digest -}}
{{- printf "%s@%s" $name $image.digest -}}
{{- else -}}
{{- printf "%s:%s" $name (default .Chart.AppVersion $image.tag) -}}
{{- end -}}
{{- end -}}

{{- define "roster.trialServers" -}}
{{- $servers := list -}}
{{- $name := printf "%s-zookeeper" (include "roster.fullname" .) -}}
{{- range $i := until (int .Values.zookeeperTrial.replicas) -}}
{{- $servers = append $servers (printf "%s-%d.%s:2181" $name $i $name) -}}
{{- end -}}
{{- join "," $servers -}}
{{- end -}}

{{- define "roster.credentialsSecret" -}}
{{- $credentials := .Values.zookeeper.credentials -}}
{{- if $credentials.existingSecret -}}
{{- $credentials.existingSecret -}}
{{- else if $credentials.userPassword -}}
{{- printf "%s-zookeeper-credentials" (include "roster.fullname" .) -}}
{{- end -}}
{{- end -}}

{{/* The clusters to watch. They are no default of values.yaml: to a map there,
     Helm would add those that are named. */}}
{{- define "roster.clusters" -}}
{{- toYaml (default (dict "default" "/clusterServer") .Values.clusters) -}}
{{- end -}}

{{/* The ports of zookeeper.servers, as a list of texts. */}}
{{- define "roster.namedPorts" -}}
{{- $ports := list -}}
{{- range splitList "," (first (splitList "/" .Values.zookeeper.servers)) -}}
{{- with regexFind "[0-9]+$" . -}}
{{- $ports = append $ports . -}}
{{- end -}}
{{- end -}}
{{- toYaml $ports -}}
{{- end -}}

{{/* What no schema can say. */}}
{{- define "roster.check" -}}
{{- if and (not .Values.zookeeper.servers) (not .Values.zookeeperTrial.enabled) -}}
{{- fail "zookeeper.servers: name your ensemble, as in zk-0:2181,zk-1:2181; or set zookeeperTrial.enabled=true to try Roster out" -}}
{{- end -}}
{{- if and .Values.zookeeper.servers .Values.zookeeperTrial.enabled -}}
{{- fail "zookeeper.servers and zookeeperTrial.enabled exclude each other" -}}
{{- end -}}
{{- range $port := fromYamlArray (include "roster.namedPorts" .) -}}
{{- if or (lt (atoi $port) 1) (gt (atoi $port) 65535) -}}
{{- fail (printf "zookeeper.servers: %s is no port from 1 to 65535" $port) -}}
{{- end -}}
{{- end -}}
{{- if eq (int .Values.service.grpcPort) (int .Values.service.httpPort) -}}
{{- fail "service.grpcPort and service.httpPort need two numbers" -}}
{{- end -}}
{{- if and .Values.tls.enabled (not .Values.tls.existingSecret) -}}
{{- fail "tls.existingSecret: TLS needs a secret of the type kubernetes.io/tls" -}}
{{- end -}}
{{- if and (or .Values.tls.clientCaKey .Values.tls.controllers) (not .Values.tls.enabled) -}}
{{- fail "tls.clientCaKey and tls.controllers need tls.enabled" -}}
{{- end -}}
{{- if and .Values.tls.controllers (not .Values.tls.clientCaKey) -}}
{{- fail "tls.controllers names authenticated clients; it needs tls.clientCaKey" -}}
{{- end -}}
{{- end -}}

{{/* The names that HTTP is reached by, as a list. */}}
{{- define "roster.hosts" -}}
{{- $service := include "roster.fullname" . -}}
{{- $full := printf "%s.%s" $service (include "roster.namespace" .) -}}
{{- toYaml (concat (list $service $full (printf "%s.svc" $full) (printf "%s.svc.cluster.local" $full)) .Values.httpHosts) -}}
{{- end -}}

{{/* The settings of rosterd, as a dictionary. */}}
{{- define "roster.config" -}}
{{- include "roster.check" . -}}
{{- $clusters := list -}}
{{- range $name, $path := fromYaml (include "roster.clusters" .) -}}
{{- $clusters = append $clusters (printf "%s=%s" $name $path) -}}
{{- end -}}
{{- $config := dict
  "zookeeper" (default (include "roster.trialServers" .) .Values.zookeeper.servers)
  "session-timeout" .Values.zookeeper.sessionTimeout
  "zookeeper-stats-interval" .Values.zookeeper.statsInterval
  "cluster" $clusters
  "state-path" .Values.statePath
  "grpc-listen" (printf "%s:7470" .Values.listenAddress)
  "http-listen" (printf "%s:7471" .Values.listenAddress)
  "http-host" (fromYamlArray (include "roster.hosts" .))
  "insecure-listen" true
  "left-retention" .Values.history.leftRetention
  "lost-retention" .Values.history.lostRetention
  "event-history" (int64 .Values.history.events)
  "max-member-series" (int64 .Values.maxMemberSeries)
  "log-format" .Values.logFormat
  "log-level" .Values.logLevel -}}
{{- if .Values.rememberLeaders -}}
{{- $_ := set $config "data" "/var/lib/roster" -}}
{{- end -}}
{{- if include "roster.credentialsSecret" . -}}
{{- $_ := set $config "zookeeper-credentials-file" "/etc/roster/zookeeper/credentials" -}}
{{- end -}}
{{- if .Values.tls.enabled -}}
{{- $_ := set $config "tls-certificate" "/etc/roster/tls/tls.crt" -}}
{{- $_ := set $config "tls-key" "/etc/roster/tls/tls.key" -}}
{{- with .Values.tls.clientCaKey -}}
{{- $_ := set $config "tls-client-ca" (printf "/etc/roster/tls/%s" .) -}}
{{- end -}}
{{- with .Values.tls.controllers -}}
{{- $_ := set $config "controller" . -}}
{{- end -}}
{{- end -}}
{{- toYaml (merge (deepCopy .Values.config) $config) -}}
{{- end -}}
