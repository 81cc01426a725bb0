"""`seaworthy ingest --jsonl` against the real program: restarts, bad lines, standard input."""

import json
import random
import subprocess
import time
import unittest

from crash import proof
from e2e.case import ServerCase
from support.announcements import model_card, tool_name
from support.server import PROGRAM, environment, run
from support.waiting import wait_until


def line(number):
    return json.dumps({"id": f"bulk-{number}", "document": f"note {number} of a long list", "media_type": "text/plain"})


class BulkCase(ServerCase):
    def write(self, name, lines):
        path = self.folder / name
        path.write_text("".join(text + "\n" for text in lines))
        return path

    def ingest(self, source, *flags, stdin=b""):
        done = run("ingest", "--jsonl", source, "--data", self.server.data, "--json", *flags, stdin=stdin)
        return done, json.loads(done.out) if done.out else None


class Bulk(BulkCase):
    def test_lines_become_announcements_that_are_read(self):
        card = json.dumps({"id": "bulk-card", "document": model_card(901).decode(), "media_type": "text/markdown"})
        done, summary = self.ingest(self.write("cards.jsonl", [card]))
        self.assertEqual((done.code, summary["received"]), (0, 1), done.err)
        self.server.settle()
        self.assertIn(tool_name(901).lower().replace(" ", "-"), str(self.api.all("/tools", "tools")))

    def test_bad_lines_are_named_and_the_others_taken(self):
        path = self.write("bad.jsonl", ["nonsense", line(1), '{"path": "/etc/passwd"}', line(2)])
        done, summary = self.ingest(path)
        self.assertEqual(done.code, 4, done.err)
        self.assertEqual((summary["received"], summary["unreadable"]), (2, 2))
        rejected = [json.loads(text) for text in (self.folder / "bad.jsonl.rejected.jsonl").read_text().splitlines()]
        self.assertEqual([entry["line"] for entry in rejected], [1, 3])
        self.assertIn("bad.jsonl.rejected.jsonl", done.err)

    def test_a_changed_file_is_not_taken_for_the_old_one(self):
        path = self.write("changed.jsonl", map(line, range(20, 25)))
        self.assertEqual(self.ingest(path)[0].code, 0)
        path.unlink()
        self.write("changed.jsonl", map(line, range(25, 31)))
        done, _ = self.ingest(path)
        self.assertEqual(done.code, 1)
        self.assertIn("--restart", done.err)
        done, summary = self.ingest(path, "--restart")
        self.assertEqual((done.code, summary["received"]), (0, 6), done.err)

    def test_standard_input_is_read_to_its_end(self):
        text = "".join(line(number) + "\n" for number in range(40, 45)).encode()
        done, summary = self.ingest("-", stdin=text)
        self.assertEqual((done.code, summary["received"]), (0, 5), done.err)

    def test_the_same_lines_again_are_repeated(self):
        path = self.write("twice.jsonl", map(line, range(50, 55)))
        self.assertEqual(self.ingest(path)[1]["received"], 5)
        self.assertEqual(self.ingest(path)[1]["lines_this_run"], 0)
        self.assertEqual(self.ingest(path, "--restart")[1]["repeated"], 5)


class Killed(BulkCase):
    """A long input, killed at random moments; the log says in the end what became of its lines."""

    LINES = 20_000
    KILLS = 5
    # So slow that there is time to kill it.
    RATE = 5_000

    def checkpoint(self, path):
        progress = path.with_name(path.name + ".progress")
        return json.loads(progress.read_text())["lines"] if progress.exists() else 0

    def run_and_kill(self, path, lines, delay):
        """Kills a run `delay` seconds after `lines` lines are done; whether it was still running."""
        command = [PROGRAM, "ingest", "--jsonl", path, "--data", self.server.data, "--rate", self.RATE]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": environment()}
        bulk = subprocess.Popen(list(map(str, command)), **quiet)
        wait_until(
            lambda: bulk.poll() is not None or self.checkpoint(path) >= lines,
            f"{lines} lines are done",
            120,
        )
        time.sleep(delay)  # Not a wait: the moment of the kill.
        alive = bulk.poll() is None
        bulk.kill()
        bulk.wait()
        return alive

    def test_it_goes_on_where_it_stopped_and_takes_every_line_once(self):
        seed = random.randrange(1 << 32)
        chance = random.Random(seed)
        path = self.write("many.jsonl", map(line, range(self.LINES)))
        with self.subTest(seed=seed):
            moments = sorted(chance.randrange(self.LINES * 4 // 5) for _ in range(self.KILLS))
            killed = [self.run_and_kill(path, lines, chance.uniform(0, 0.1)) for lines in moments]
            self.assertEqual(killed, [True] * self.KILLS)
            done_before = self.checkpoint(path)
            self.assertGreaterEqual(done_before, moments[-1])
            done, summary = self.ingest(path)
            self.assertEqual(done.code, 0, done.err)
            self.assertEqual(summary["lines_this_run"], self.LINES - done_before)
            self.assertEqual(summary["received"] + summary["repeated"], self.LINES)
            # What was under way, and what was answered since the last checkpoint.
            self.assertLessEqual(summary["repeated"], self.KILLS * (256 + 1024 + 512))
            self.assertEqual(self.server.stop(60), 0)
            received = proof.by_subject(proof.read_log(self.server.data / "log"))["announcement.received"]
            self.assertEqual(len(received), self.LINES)
            self.assertEqual(set(received.values()), {1})


if __name__ == "__main__":
    unittest.main()
