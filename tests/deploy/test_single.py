"""The single overlay's configuration in the real program: its probes, its metrics, its stop, as a pod has them."""

import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import unittest
import urllib.error
import urllib.request

from deploy.material import metrics_in, objects_of, rules
from deploy.objects import of_kind, pod_of, workloads
from support.server import PROGRAM, environment, free_port
from support.waiting import wait_until


class Single(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="seaworthy-single-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.pod = pod_of(workloads(objects_of("overlays/single"))[0])
        cls.telemetry = free_port()
        (cls.folder / "seaworthy.toml").write_text(cls.here(of_kind(objects_of("overlays/single"), "ConfigMap")[0]["data"]
                                                            ["seaworthy.toml"]))
        command = [PROGRAM, *cls.pod["containers"][0]["args"][1:-1], cls.folder / "seaworthy.toml"]
        with open(cls.folder / "log", "wb") as log:
            cls.process = subprocess.Popen(list(map(str, command)), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                           env={**environment(), "ANTHROPIC_API_KEY": "sk-not-a-key", "SEAWORTHY_TOKEN": "t" * 32})
        cls.addClassCleanup(cls.process.wait)
        cls.addClassCleanup(cls.process.kill)
        wait_until(lambda: cls.asked("readinessProbe")[0] == 200, "the pod is ready", 60)

    @classmethod
    def here(cls, text):
        """This machine's places in place of a pod's."""
        for old, new in (('"/var/lib/seaworthy', f'"{cls.folder}'), ('"/run/seaworthy', f'"{cls.folder}'), ("8080", free_port()),
                         ("0.0.0.0:9464", f"127.0.0.1:{cls.telemetry}"), ('"0.0.0.0"', '"127.0.0.1"')):
            assert old in text, old
            text = text.replace(old, str(new))
        return text

    @classmethod
    def asked(cls, probe):
        return cls.get(cls.pod["containers"][0][probe]["httpGet"]["path"])

    @classmethod
    def get(cls, path):
        if cls.process.poll() is not None:
            raise AssertionError((cls.folder / "log").read_text())
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{cls.telemetry}{path}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def test_every_probe_is_answered(self):
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            self.assertEqual(self.asked(probe)[0], 200, probe)

    def test_every_alert_has_its_metrics(self):
        exported = set(re.findall(r"^# TYPE (\S+) ", self.get("/metrics")[1], re.M))
        asked = set().union(*(metrics_in(rule["expr"]) for rule in rules()))
        # No file of a certificate is configured here.
        self.assertEqual(asked - exported - {"seaworthy_certificate_expiry_timestamp_seconds"}, set())

    def test_its_log_holds_no_secret(self):
        log = (self.folder / "log").read_text()
        link = (self.folder / "desk-link").read_text().split("token=")[-1].strip()
        for secret in ("sk-not-a-key", "t" * 32, link):
            self.assertNotIn(secret, log)

    def test_it_stops_within_the_time_a_pod_has(self):
        self.process.send_signal(signal.SIGTERM)
        self.assertEqual(self.process.wait(self.pod["terminationGracePeriodSeconds"]), 0)


# The one that ends the process comes last.
def load_tests(loader, _tests, _pattern):
    suite = unittest.TestSuite()
    names = loader.getTestCaseNames(Single)
    suite.addTests(Single(name) for name in sorted(names, key=lambda name: "stops" in name))
    return suite


if __name__ == "__main__":
    unittest.main()
