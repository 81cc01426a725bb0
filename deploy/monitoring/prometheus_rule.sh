#!/bin/bash
# Prints seaworthy.rules.yaml as a PrometheusRule, for the Prometheus operator:
# deploy/monitoring/prometheus_rule.sh | kubectl apply -n seaworthy -f -
set -euo pipefail
cd "$(dirname "$0")"
cat <<'HEAD'
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: seaworthy
  labels: {app.kubernetes.io/part-of: seaworthy}
spec:
HEAD
sed 's/^./  &/' seaworthy.rules.yaml
