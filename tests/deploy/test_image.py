"""deploy/Containerfile: built with buildah where it and a base image are, with the programs of this build.

A base image of Debian 12 is asked for in $SEAWORTHY_BASE_IMAGE (default: localhost/debian:12;
deploy/base_image.sh makes it without a registry). Without builder or base image only the file itself is looked at, and the test
says so."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from deploy.material import ROOT, objects_of
from deploy.objects import is_ours, pod_of, workloads
from support.server import PROGRAM

CONTAINERFILE = (ROOT / "deploy/Containerfile").read_text()
BASE = os.environ.get("SEAWORTHY_BASE_IMAGE", "localhost/debian:12")
PROGRAMS = subprocess.run([ROOT / "deploy/collect.sh", "--list"], check=True, capture_output=True, text=True).stdout.split()


def why_not_built():
    if not shutil.which("buildah"):
        return "buildah is not here"
    done = subprocess.run(["buildah", "inspect", "--type", "image", BASE], capture_output=True, timeout=60, check=False)
    return f"the base image {BASE} is not here" if done.returncode else None


class TheFile(unittest.TestCase):
    def test_the_image_does_not_run_as_root(self):
        user = re.findall(r"^USER (.*)$", CONTAINERFILE, re.M)[-1]
        for workload in filter(is_ours, workloads(objects_of("overlays/cluster"))):
            context = pod_of(workload)["securityContext"]
            self.assertEqual(user, f"{context['runAsUser']}:{context['runAsGroup']}")
        self.assertNotIn(user.split(":")[0], ("0", "root"))

    def test_the_last_stage_holds_neither_compiler_nor_source(self):
        last = CONTAINERFILE[CONTAINERFILE.rindex("\nFROM "):]
        self.assertNotRegex(last, r"COPY \.|packages\.txt|ninja|cmake")

    def test_no_base_is_taken_as_latest(self):
        for base in re.findall(r"^(?:ARG BASE=|FROM )(\S+)", CONTAINERFILE, re.M):
            self.assertRegex(base, r"^(\$\{BASE\}|base|[a-z]+:(?!latest)\S+)$")

    def test_every_program_a_pod_starts_is_in_it(self):
        manifests = "".join(path.read_text() for path in (ROOT / "deploy/k8s").rglob("*.yaml"))
        self.assertEqual(set(re.findall(r"args: \[(seaworthy[a-z-]*)", manifests)) - set(PROGRAMS), set())


class TheImage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.reason = why_not_built()
        print(f"image not built: {cls.reason}" if cls.reason else f"image built on {BASE} with buildah", flush=True)
        if cls.reason:
            return
        folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.tag = f"localhost/seaworthy:test-{os.getpid()}"
        environment = {**os.environ, "BUILDER": "buildah", "BUILDAH_ISOLATION": "chroot"}
        subprocess.run([ROOT / "deploy/build_image.sh", cls.tag, "--base", BASE, "--programs", PROGRAM.parent], check=True,
                       env=environment, stdout=subprocess.DEVNULL, timeout=600)
        cls.addClassCleanup(subprocess.run, ["buildah", "rmi", cls.tag], check=False, capture_output=True)
        cls.container = subprocess.run(["buildah", "from", "--pull-never", cls.tag], check=True, capture_output=True,
                                       text=True).stdout.strip()
        cls.addClassCleanup(subprocess.run, ["buildah", "rm", cls.container], check=False, capture_output=True)
        cls.folder = pathlib.Path(folder)

    def run_in(self, *command):
        done = subprocess.run(["buildah", "run", "--isolation", "chroot", self.container, "--", *command], capture_output=True,
                              text=True, timeout=120, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def test_every_program_starts_in_it(self):
        for program in PROGRAMS if not self.reason else ():
            self.assertIn("--config", self.run_in(program, "--help") + self.run_in(program, "--help-all"))

    def test_it_reviews_an_announcement_as_nobody(self):
        if not self.reason:
            self.assertEqual(self.run_in("id", "-u").strip(), "65532")
            self.assertIn("ship", self.run_in("sh", "-c", "echo '# Osprey 7B\n\nWe release Osprey 7B.' | seaworthy review -"))


if __name__ == "__main__":
    unittest.main()
