"""The recordings of examples/ make a full panel for every example."""

import itertools
import json
import re
import subprocess
import unittest

from e2e.case import ServerCase
from support.server import PROGRAM, ROOT, TOKEN, Server, environment, free_port, run

RECORDINGS = ROOT / "examples/recordings"
TOOLS = ["halvard-14b", "lacewing-vl-2b", "latchkey-coder-8b", "orrin-13b-instruct", "quayside", "tackroom"]
PERSONAS = ["dx", "competitor", "futurist", "business"]
MODEL = "written for the demonstration"
BEATS = {"dx": 5, "competitor": 4, "futurist": 4, "business": 4}


def recording(tool, persona):
    return json.loads((RECORDINGS / tool / f"{persona}.json").read_text())


def everyone():
    return itertools.product(TOOLS, PERSONAS)


def runs_of_words(text, length):
    words = re.findall(r"[a-z0-9'$.]+", text.lower())
    return {tuple(words[i : i + length]) for i in range(len(words) - length + 1)}


class AsWritten(unittest.TestCase):
    def test_each_has_the_length_of_a_verdict(self):
        for tool, persona in everyone():
            words = len(recording(tool, persona)["quote"].split())
            self.assertTrue(110 <= words <= 160, (tool, persona, words))

    def test_each_says_that_no_model_wrote_it(self):
        for tool, persona in everyone():
            self.assertEqual(recording(tool, persona)["model"], MODEL)

    def test_no_two_personas_share_a_phrase(self):
        seen = {pair: runs_of_words(recording(*pair)["quote"], 6) for pair in everyone()}
        for one, other in itertools.combinations(seen, 2):
            self.assertFalse(seen[one] & seen[other], (one, other))

    def test_each_futurist_can_be_decided(self):
        for tool in TOOLS:
            (prediction,) = [c for c in recording(tool, "futurist")["claims"] if c["kind"] == "prediction"]
            self.assertRegex(prediction["due_date"], r"^\d{4}-\d{2}-\d{2}$")
            self.assertTrue(0 < prediction["probability"] < 1)
            self.assertGreater(len(prediction["decided_by"]), 40)

    def test_nobody_votes_for_everything(self):
        for persona in PERSONAS:
            self.assertEqual({recording(tool, persona)["vote"] for tool in TOOLS}, {"ship", "skip"}, persona)


class WithExamples(Server):
    """`seaworthy up` as the README says it."""

    def spawn(self):
        self.port = free_port()
        command = [PROGRAM, "up", "--data", self.data, "--port", str(self.port), "--token", TOKEN]
        command += ["--desk-link-file", self.link_file, "--examples", ROOT / "examples"]
        command += ["--llm", f"replay:{RECORDINGS}"]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment())
        return self


class AsPlayed(ServerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server.stop()
        cls.server = WithExamples(cls.folder / "examples")
        (cls.folder / "examples").mkdir()
        cls.addClassCleanup(cls.server.stop)
        cls.server.start()
        cls.server.settle()

    def tool(self, tool_id):
        answer = self.api.call("GET", f"/tools/{tool_id}")
        self.assertEqual(answer.status, 200, answer.text)
        return answer.json

    def test_every_example_has_its_full_panel(self):
        for tool_id in TOOLS:
            panel = self.tool(tool_id)["panel"]
            self.assertTrue(panel["full"], (tool_id, panel))
            self.assertEqual(panel["total"], len(PERSONAS))

    def test_nothing_else_in_the_folder_is_taken_for_an_announcement(self):
        counts = self.api.call("GET", "/status").json["counts"]
        self.assertEqual(counts.get("tools"), len(TOOLS), counts)
        self.assertFalse(counts.get("announcements.rejected", 0), counts)

    def test_every_beat_is_answered_and_every_claim_supported(self):
        for tool_id in TOOLS:
            for verdict in self.tool(tool_id)["verdicts"]:
                self.assertEqual(len(verdict["beats"]), BEATS[verdict["persona"]])
                for claim in verdict["claims"]:
                    self.assertEqual(claim["support"], "supported", (tool_id, verdict["persona"], claim["text"]))

    def test_what_can_be_looked_up_is_found(self):
        checked = 0
        for tool_id in TOOLS:
            for verdict in self.tool(tool_id)["verdicts"]:
                checked += len(verdict["marks"])
                open_marks = [mark for mark in verdict["marks"] if mark["support"] != "supported"]
                self.assertEqual(open_marks, [], (tool_id, verdict["persona"]))
        self.assertGreater(checked, 60)


class Alone(unittest.TestCase):
    def test_review_plays_them_without_a_server(self):
        done = run("review", ROOT / "examples/tackroom.md", "--llm", f"replay:{RECORDINGS}")
        self.assertEqual(done.code, 0, done.err)
        self.assertIn("flight recorder", done.out)


if __name__ == "__main__":
    unittest.main()
