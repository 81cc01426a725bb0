"""deploy/monitoring: rules and dashboard ask for metrics there are; every alert fires and has its section."""

import json
import re
import subprocess
import unittest

import yaml

from deploy.material import (MONITORING, OPERATIONS, ROOT, documented_labels, documented_metrics, metrics_in, objects_of,
                             rules)
from deploy.objects import containers, is_ours, workloads
from deploy.test_manifests import refused_by_schemas


def known_metrics():
    known = set()
    for name, kind in documented_metrics().items():
        known |= {f"{name}_bucket", f"{name}_sum", f"{name}_count"} if kind == "histogram" else {name}
    return known


def unknown_labels(expression):
    """What matchers ask of a metric that it does not have; namespace and instance come by the scrape."""
    labels = documented_labels()
    return {f"{name}{{{label}}}" for name, matchers in re.findall(r"([a-z_]+)\{([^}]*)\}", expression)
            for label in re.findall(r"([a-z_]+)\s*[=!]", matchers)
            if label not in labels[re.sub("_(bucket|sum|count)$", "", name)] | {"namespace", "instance", "le"}}


class Rules(unittest.TestCase):
    def test_prometheus_takes_them_and_their_tests_pass(self):
        for arguments in (["check", "rules", "seaworthy.rules.yaml"], ["test", "rules", "seaworthy.rules.test.yaml"]):
            done = subprocess.run(["promtool", *arguments], cwd=MONITORING, capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_every_alert_is_seen_to_fire(self):
        tested = yaml.safe_load((MONITORING / "seaworthy.rules.test.yaml").read_text())
        fired = {case["alertname"] for test in tested["tests"] for case in test["alert_rule_test"] if case.get("exp_alerts")}
        self.assertEqual({rule["alert"] for rule in rules()} - fired, set())

    def test_they_ask_for_metrics_there_are(self):
        for rule in rules():
            self.assertTrue(metrics_in(rule["expr"]), rule["alert"])
            self.assertEqual(metrics_in(rule["expr"]) - known_metrics(), set(), rule["alert"])

    def test_they_ask_for_labels_there_are(self):
        for rule in rules():
            self.assertEqual(unknown_labels(rule["expr"]), set(), rule["alert"])
        self.assertEqual(unknown_labels('seaworthy_mails_total{outcome="x",route=~"y"}'), {"seaworthy_mails_total{route}"})

    def test_a_metric_that_is_not_there_would_be_found(self):
        expression = 'sum by (seaworthy_no_metric) (rate(seaworthy_invented_total{outcome="x"}[5m])) and up == 0'
        self.assertEqual(metrics_in(expression) - known_metrics(), {"seaworthy_invented_total", "up"})

    def test_every_alert_says_what_to_do(self):
        for rule in rules():
            self.assertIn(f"\n## {rule['alert']}\n", OPERATIONS)
            self.assertEqual(rule["annotations"]["runbook_url"], f"docs/operations.md#{rule['alert'].lower()}")
            self.assertIn(rule["labels"]["severity"], ("critical", "warning"))

    def test_the_outcomes_of_calls_it_speaks_of_are_some(self):
        section = re.search(r"^## SeaworthyEndpointFailing\n(.*?)^## ", OPERATIONS, re.M | re.S)[1]
        table = re.findall(r"^\| (`[a-z_]+`(?:, `[a-z_]+`)*) \|", (ROOT / "docs/endpoints.md").read_text(), re.M)
        said = set(re.findall(r"`([a-z_]+)`", section)) - {"max_in_flight"}
        self.assertIn("rate_limited", said)
        self.assertEqual(said - set(re.findall(r"[a-z_]+", " ".join(table))), set())

    def test_every_section_of_an_alert_has_its_alert(self):
        sections = re.findall(r"^## (Seaworthy\w+)$", OPERATIONS, re.M)
        self.assertEqual(sorted(sections), sorted(rule["alert"] for rule in rules()))

    def test_the_operators_form_fits_its_schema(self):
        done = subprocess.run([MONITORING / "prometheus_rule.sh"], check=True, capture_output=True, text=True)
        wrapped = yaml.safe_load(done.stdout)
        self.assertEqual(wrapped["spec"]["groups"][0]["rules"], rules())
        self.assertEqual(refused_by_schemas([wrapped]), [])


class Scraping(unittest.TestCase):
    def test_it_looks_for_the_port_and_the_annotation_pods_have(self):
        text = (MONITORING / "prometheus-scrape.yaml").read_text()
        relabelings = {tuple(one["source_labels"]): one for one in yaml.safe_load(text)["scrape_configs"][0]["relabel_configs"]}
        for workload in filter(is_ours, workloads(objects_of("overlays/cluster"))):
            self.assertEqual(workload["spec"]["template"]["metadata"]["annotations"]["prometheus.io/scrape"], "true")
            ports = {port["name"] for port in containers(workload)[0]["ports"]}
            self.assertIn(relabelings["__meta_kubernetes_pod_container_port_name",]["regex"], ports)


class Autoscaling(unittest.TestCase):
    def test_the_adapter_makes_the_metric_the_autoscaler_goes_by(self):
        rule = yaml.safe_load((MONITORING / "prometheus-adapter.yaml").read_text())["externalRules"][0]
        self.assertEqual(rule["name"]["as"], "seaworthy_reviewer_lag")
        self.assertEqual(metrics_in(rule["metricsQuery"]) - known_metrics(), set())
        self.assertIn('__name__="seaworthy_queue_pending"', rule["seriesQuery"])


class Dashboard(unittest.TestCase):
    def setUp(self):
        self.dashboard = json.loads((MONITORING / "dashboard.json").read_text())
        self.panels = [panel for panel in self.dashboard["panels"] if panel["type"] != "row"]

    def test_it_asks_for_metrics_there_are(self):
        for panel in self.panels:
            for target in panel["targets"]:
                self.assertTrue(metrics_in(target["expr"]), panel["title"])
                self.assertEqual(metrics_in(target["expr"]) - known_metrics(), set(), panel["title"])
                self.assertEqual(unknown_labels(target["expr"]), set(), panel["title"])

    def test_it_has_the_panels_the_docs_send_one_to(self):
        titles = [panel["title"] for panel in self.panels]
        for named in re.findall(r"(?<!\*)\*([A-Z][a-z ]+)\*(?!\*)", OPERATIONS):
            self.assertTrue(any(title.startswith(named) for title in titles), named)

    def test_no_two_panels_overlap(self):
        taken = set()
        for panel in self.dashboard["panels"]:
            place = panel["gridPos"]
            cells = {(x, y) for x in range(place["x"], place["x"] + place["w"])
                     for y in range(place["y"], place["y"] + place["h"])}
            self.assertFalse(cells & taken, panel["title"])
            self.assertLessEqual(place["x"] + place["w"], 24, panel["title"])
            taken |= cells

    def test_its_queries_are_promql(self):
        queries = [{"record": f"dashboard:{panel['id']}:{i}", "expr": target["expr"].replace("$namespace", ".*")}
                   for panel in self.panels for i, target in enumerate(panel["targets"])]
        text = yaml.safe_dump({"groups": [{"name": "dashboard", "rules": queries}]})
        done = subprocess.run(["promtool", "check", "rules", "/dev/stdin"], input=text, capture_output=True, text=True,
                              check=False)
        self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    unittest.main()
