"""deploy/k8s: built, held to our rules, to Kubernetes' schemas and to the docs."""

import json
import pathlib
import re
import shutil
import subprocess
import tempfile
import tomllib
import unittest

import yaml

from deploy import kustomize, policy
from deploy.material import (K8S, KUSTOMIZATIONS, OPERATIONS, OVERLAYS, ROOT, documented_flows, documented_keys,
                             objects_of)
from deploy.mutations import MUTATIONS, container
from deploy.objects import containers, is_ours, of_kind, pod_of, workloads
from support.server import run

HERE = pathlib.Path(__file__).parent


def refused_by_schemas(objects):
    subprocess.run([HERE / "setup.sh"], check=True)
    done = subprocess.run(["node", HERE / "check_schemas.mjs"], input=json.dumps(objects), text=True, check=True,
                          capture_output=True)
    return done.stdout.splitlines()


def by_name(objects):
    """Without the hash at the end of config maps' names, which is kustomize's own."""
    text = re.sub(r"-config-[a-z0-9]{10}\b", "-config-HASH", json.dumps(objects))
    return {(one["kind"], one["metadata"]["name"]): one for one in json.loads(text)}


class Building(unittest.TestCase):
    maxDiff = None

    def test_kustomize_builds_the_same_as_this_builder(self):
        kubectl = shutil.which("kubectl")
        print("held against kubectl kustomize" if kubectl else "kubectl is not here: this builder alone", flush=True)
        for kustomization in KUSTOMIZATIONS if kubectl else ():
            done = subprocess.run([kubectl, "kustomize", K8S / kustomization], check=True, capture_output=True)
            built = [one for one in yaml.safe_load_all(done.stdout) if one]
            self.assertEqual(by_name(objects_of(kustomization)), by_name(built))

    def test_the_overlay_the_docs_show_changes_image_and_configuration(self):
        if not shutil.which("kubectl"):
            return  # test_kustomize_builds_the_same_as_this_builder has said so.
        shown = re.search(r"```yaml\n# my-overlay/kustomization.yaml\n(.*?)```", OPERATIONS, re.S)[1]
        with tempfile.TemporaryDirectory() as folder:
            mine = pathlib.Path(folder) / "my-overlay"
            mine.mkdir()
            (pathlib.Path(folder) / "seaworthy").symlink_to(ROOT)
            (mine / "kustomization.yaml").write_text(shown.replace("sha256:…", "sha256:" + "0" * 64))
            (mine / "seaworthy.toml").write_text("http_port = 1\n")
            built = subprocess.run(["kubectl", "kustomize", mine], check=True, capture_output=True, text=True).stdout
        self.assertIn("image: registry.example/seaworthy@sha256:0000", built)
        self.assertIn("http_port = 1", built)

    def test_an_overlay_that_means_more_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "kustomization.yaml").write_text("kind: Kustomization\nnamePrefix: x-\n")
            with self.assertRaisesRegex(kustomize.BadOverlay, "namePrefix"):
                kustomize.build(folder)


class Policy(unittest.TestCase):
    def test_no_rule_finds_anything(self):
        for overlay in OVERLAYS:
            self.assertEqual(policy.findings(objects_of(f"overlays/{overlay}"), documented_flows()), [], overlay)

    def test_each_rule_finds_what_breaks_it(self):
        for words, breaks in MUTATIONS.items():
            with self.subTest(words):
                objects = objects_of("overlays/cluster")
                breaks(objects)
                self.assertIn(words, "\n".join(policy.findings(objects, documented_flows())))


class Schemas(unittest.TestCase):
    def test_every_object_fits_its_schema(self):
        self.assertEqual(refused_by_schemas([one for name in KUSTOMIZATIONS for one in objects_of(name)]), [])

    def test_what_does_not_fit_is_found(self):
        objects = objects_of("overlays/cluster")
        container(objects)["imagePullPolice"] = "Always"
        of_kind(objects, "Deployment")[0]["spec"]["replicas"] = "two"
        refused = "\n".join(refused_by_schemas(objects))
        self.assertRegex(refused, "StatefulSet reviewer: .*imagePullPolice.* does not exist")
        self.assertRegex(refused, "Deployment site: .*(integer|number)")


class Configuration(unittest.TestCase):
    def files(self):
        for overlay in OVERLAYS:
            for config_map in of_kind(objects_of(f"overlays/{overlay}"), "ConfigMap"):
                for name, text in config_map["data"].items():
                    if name.endswith(".toml"):
                        yield name, text

    def test_every_key_is_documented(self):
        known = documented_keys()
        for name, text in self.files():
            for key, value in tomllib.loads(text).items():
                tables = value if key == "endpoints" else {"": value} if isinstance(value, dict) else {}
                keys = {f"{key}.*.{one}" if key == "endpoints" else f"{key}.{one}" for table in tables.values() for one in table}
                self.assertEqual((keys or {key}) - known, set(), name)

    def test_the_program_takes_every_file(self):
        for _, text in self.files():
            with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
                file.write(text)
                file.flush()
                done = run("endpoints", "list", "--config", file.name)
                self.assertEqual(done.code, 0, done.err)

    def test_every_program_named_is_built(self):
        known = set(re.findall(r"`(seaworthy(?:-[a-z]+)?)", (ROOT / "docs/services.md").read_text()))
        for overlay in OVERLAYS:
            for workload in workloads(objects_of(f"overlays/{overlay}")):
                for one in containers(workload):
                    if one["image"].startswith("seaworthy:"):
                        self.assertIn(one["args"][0], known)


class Documentation(unittest.TestCase):
    def test_every_secret_that_is_referred_to_is_in_the_table(self):
        for overlay in OVERLAYS:
            for workload in workloads(objects_of(f"overlays/{overlay}")):
                pod = pod_of(workload)
                names = {volume["secret"]["secretName"] for volume in pod["volumes"] if "secret" in volume}
                names |= {source["secretRef"]["name"] for one in containers(workload) for source in one.get("envFrom", [])}
                for name in names:
                    self.assertRegex(OPERATIONS, rf"\| .*`{name}`.* \|")

    def test_every_page_and_file_it_names_is_there(self):
        for page in re.findall(r"\]\(([a-z-]+\.md)", OPERATIONS):
            self.assertTrue((ROOT / "docs" / page).is_file(), page)
        for path in re.findall(r"`?(deploy/[\w./-]+)", OPERATIONS):
            self.assertTrue((ROOT / path).exists(), path)

    def test_every_command_it_shows_is_one(self):
        commands = re.findall(r"(?:`|^| -- )seaworthy ((?:[a-z]+ ?)+)([^`\n]*)", OPERATIONS, re.M)
        self.assertGreater(len(commands), 10)
        for words, rest in commands:
            with self.subTest(words + rest):
                done = run(*words.split(), "--help")
                self.assertEqual(done.code, 0, done.err)
                self.assertEqual([flag for flag in re.findall(r"--[a-z-]+", rest) if flag not in done.out], [])

    def test_every_certificate_has_the_identity_of_its_service(self):
        certificates = {one["spec"]["secretName"]: one for one in of_kind(objects_of("certificates"), "Certificate")}
        mounted = {volume["secret"]["secretName"] for workload in workloads(objects_of("overlays/cluster"))
                   for volume in pod_of(workload)["volumes"] if "secret" in volume}
        self.assertEqual(mounted - set(certificates), set())
        config = policy.configuration_of(*self.a_pod_of_ours())
        hosts = {url.removeprefix("tls://").rpartition(":")[0] for url in config["log"]["url"].split(",")}
        self.assertEqual(hosts - set(certificates["nats-tls"]["spec"]["dnsNames"]), set())
        for certificate in certificates.values():
            name = certificate["metadata"]["name"]
            if name not in ("nats", "seaworthy-ca"):
                self.assertEqual(certificate["spec"]["uris"], [f"spiffe://seaworthy/{name}"])

    @staticmethod
    def a_pod_of_ours():
        objects = objects_of("overlays/cluster")
        return objects, next(filter(is_ours, workloads(objects)))


class Routes(unittest.TestCase):
    """The table of docs/services.md in the Ingress."""

    def test_what_only_the_publisher_does_goes_there_and_the_rest_to_the_sites(self):
        page = (ROOT / "docs/services.md").read_text()
        row = re.search(r"^\| (`/desk.*) \| publisher \|$", page, re.M)[1]
        paths = [path.rstrip("*").rstrip("/") for path in re.findall(r"`(/[^`]*)`", row)]
        self.assertIn("/vote", paths)
        routes = {path["path"]: path["backend"]["service"]["name"] for rule in
                  of_kind(objects_of("ingress"), "Ingress")[0]["spec"]["rules"] for path in rule["http"]["paths"]}
        self.assertEqual(routes.pop("/"), "site")
        self.assertEqual(set(routes.values()), {"publisher"})
        for path in paths:
            self.assertTrue(any(f"{path}/".startswith(f"{prefix}/") for prefix in routes), path)


if __name__ == "__main__":
    unittest.main()
