"""The log moves to the other engine and back, killed on the way: same hashes, same pages, no review twice."""

import json
import pathlib
import random
import re
import shutil
import subprocess
import tempfile
import unittest

from support.announcements import model_card
from support.nats_server import NatsServer
from support.server import PROGRAM, Server, environment, run

# Each a run of the command ended by SIGKILL at a random moment. A NATS server
# forgets a killed reader after 5 s, so there are fewer of these.
KILLS_EMBEDDED = 14
KILLS_NATS = 6
SEED = 20261121


class LogCopy(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="seaworthy-log-copy-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.nats = NatsServer(self.folder).start()
        self.addCleanup(self.nats.stop)
        self.server = Server(self.folder, config=self.config_for("embedded"))
        self.addCleanup(self.server.stop)

    def config_for(self, kind):
        config = self.folder / f"{kind}.toml"
        config.write_text(f'[log]\nkind = "{kind}"\nurl = "{self.nats.url}"\n')
        return config

    def copy(self, source, target):
        return self.log("copy", "--from", source, "--to", target)

    def log(self, *arguments):
        return run("log", *arguments, "--data", self.server.data, "--config", self.config_for("nats"))

    def copied(self, source, target):
        """The hash the copy ended with."""
        done = self.copy(source, target)
        self.assertEqual(done.code, 0, done.out + done.err)
        self.assertIn("the last hash is the same in both", done.out)
        return re.search(r"hash +([0-9a-f]{64})", done.out).group(1)

    def fill(self):
        """Two announcements, and their comparison approved."""
        self.server.start()
        tools = [self.server.submit_and_read(model_card(number))["tools"][0] for number in (91, 92)]
        api = self.server.api
        made = api.call("POST", "/comparisons", {"tools": tools}).json["id"]
        self.server.settle()
        comparison = api.comparison(made)
        self.assertEqual(api.decide(made, "approve", comparison["content_hash"]).status, 200)
        self.server.settle()
        return self.everything()

    def everything(self):
        """What readers and editors see, with what it cost."""
        api = self.server.api
        comparisons = [api.comparison(c["id"]) for c in api.all("/comparisons", "comparisons")]
        status = api.call("GET", "/status").json
        return {
            "tools": api.all("/tools", "tools"),
            "comparisons": comparisons,
            "pages": [self.server.read(path).body for path in ["/", *(f"/compare/{c['id']}" for c in comparisons)]],
            "counts": status["counts"],
            "log": status["log_sequence"],
        }

    def start_on(self, kind):
        self.server.config = self.config_for(kind)
        self.server.start()
        self.server.settle()
        return self.everything()

    def kill_at_random(self, source, target):
        """Ends the command by SIGKILL once it copies; True where it was done before."""
        command = [PROGRAM, "log", "copy", "--from", source, "--to", target]
        command += ["--data", self.server.data, "--config", self.config_for("nats")]
        with subprocess.Popen(
            list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment()
        ) as started:
            self.assertIn(b"copies", started.stdout.readline())
            try:
                started.wait(self.random.uniform(0, 0.2))
            except subprocess.TimeoutExpired:
                started.kill()
            return started.wait() == 0

    def killed_copy(self, source, target, kills):
        """A copy that was killed so often, if it lasted so long, and then finished."""
        self.random = random.Random(SEED)
        done = any(self.kill_at_random(source, target) for _ in range(kills))
        shown = self.log("show", target)
        if done:
            self.assertEqual(shown.code, 0, shown.err)
        if shown.code != 0:
            self.assertIn("was not finished", shown.err)
            self.copied(source, target)

    def test_there_and_back_nothing_changes_and_nothing_is_reviewed_twice(self):
        before = self.fill()
        self.server.stop()
        there = self.copied("embedded", "nats")
        self.assertEqual(self.start_on("nats"), before)
        self.server.stop()
        (self.server.data / "log").rename(self.folder / "log-before")
        (self.server.data / "objects").rename(self.folder / "objects-before")
        self.assertEqual(self.copied("nats", "embedded"), there)
        self.assertEqual(self.start_on("embedded"), before)
        self.server.submit_and_read(model_card(93))
        self.assertGreater(self.server.settle()["counts"]["verdicts"], before["counts"]["verdicts"])

    def test_a_copy_killed_at_any_point_goes_on_and_half_of_one_is_never_used(self):
        before = self.fill()
        self.server.stop()
        self.killed_copy("embedded", f"embedded:{self.folder}/other", KILLS_EMBEDDED)
        self.killed_copy("embedded", "nats", KILLS_NATS)
        self.assertEqual(self.start_on("nats"), before)
        self.server.stop()
        self.server.data = self.folder / "other"
        again = self.start_on("embedded")
        self.assertEqual([again["tools"], again["pages"]], [before["tools"], before["pages"]])

    def test_a_log_in_use_or_in_the_way_is_named(self):
        self.server.start()
        self.assertEqual(self.copy("embedded", "nats").code, 5)
        self.server.submit_and_read(model_card(93))
        self.server.stop()
        self.copied("embedded", "nats")
        self.assertIn("all of it is there", self.copy("embedded", "nats").out)
        self.server.start()
        self.server.submit_and_read(model_card(94))
        self.server.stop()
        again = self.copy("embedded", "nats")
        self.assertEqual(again.code, 1)
        self.assertIn("holds a log already", again.err)
        self.assertEqual(self.copy("embedded", "disk").code, 2)

    def test_show_and_trim_say_what_there_is_and_what_keeps_it(self):
        self.fill()
        self.assertEqual(self.log("show", "embedded").code, 5)
        self.server.stop()
        shown = self.log("show", "embedded")
        self.assertEqual(shown.code, 0, shown.err)
        self.assertRegex(shown.out, r"records +1 to \d+")
        trimmed = run("log", "trim", "--keep-days", "0", "--data", self.server.data)
        self.assertEqual(trimmed.code, 1)
        self.assertIn("run `seaworthy backup` first", trimmed.err)

    def trim_behind(self, sequence):
        """As after a verified backup up to there."""
        shown = self.log("show", "embedded").out
        last = int(re.search(r"records +\d+ to (\d+)", shown).group(1))
        self.assertEqual(sequence, last, shown)
        mark = {"version": 1, "sequence": last, "log_hash": re.search(r"hash +(\w+)", shown).group(1)}
        mark |= {"time": "2026-11-21T00:00:00+00:00", "where": "/backups/1"}
        (self.server.data / "snapshot.json").write_text(json.dumps(mark))
        return run("log", "trim", "--keep-days", "0", "--data", self.server.data)

    def test_a_trimmed_log_serves_the_same_pages_and_goes_on(self):
        before = self.fill()
        self.server.stop()
        trimmed = self.trim_behind(before["log"])
        self.assertEqual(trimmed.code, 0, trimmed.out + trimmed.err)
        self.assertIn("gone", trimmed.out)
        self.assertEqual(self.start_on("embedded"), before)
        self.server.submit_and_read(model_card(91))
        self.assertEqual(self.server.settle()["counts"]["verdicts"], before["counts"]["verdicts"])
        self.server.stop()
        rebuilt = run("rebuild", "--data", self.server.data)
        self.assertEqual(rebuilt.code, 1, rebuilt.out)
        self.assertIn("was trimmed away", rebuilt.err)
        self.assertEqual(self.start_on("embedded")["tools"], before["tools"])
