"""`seaworthy ingest --jsonl` against the real program: restarts, bad lines, standard input."""

import json
import subprocess
import unittest

from e2e.case import ServerCase
from support.announcements import model_card, tool_name
from support.server import PROGRAM, environment, run
from support.waiting import wait_until


def line(number):
    return json.dumps({"id": f"bulk-{number}", "document": f"note {number} of a long list", "media_type": "text/plain"})


class Bulk(ServerCase):
    def write(self, name, lines):
        path = self.folder / name
        path.write_text("".join(text + "\n" for text in lines))
        return path

    def ingest(self, source, *flags, stdin=b""):
        done = run("ingest", "--jsonl", source, "--data", self.server.data, "--json", *flags, stdin=stdin)
        return done, json.loads(done.out) if done.out else None

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

    def test_killed_at_any_time_it_goes_on_where_it_stopped(self):
        count = 6000
        path = self.write("many.jsonl", map(line, range(1000, 1000 + count)))
        progress = self.folder / "many.jsonl.progress"
        command = [PROGRAM, "ingest", "--jsonl", path, "--data", self.server.data]
        kills = 0
        for share in (0.1, 0.4, 0.7):
            bulk = subprocess.Popen(list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                    env=environment())

            def far_enough(bulk=bulk, share=share):
                if bulk.poll() is not None:
                    return True
                return progress.exists() and json.loads(progress.read_text())["lines"] >= share * count

            wait_until(far_enough, "the bulk input has come far enough", 120)
            kills += bulk.poll() is None
            bulk.kill()
            bulk.wait()
        done, summary = self.ingest(path)
        self.assertEqual(done.code, 0, done.err)
        self.assertEqual(summary["lines"], count)
        self.assertEqual(summary["received"] + summary["repeated"], count)
        # What was under way, and what was answered since the last checkpoint.
        self.assertLessEqual(summary["repeated"], kills * (256 + 1024 + 512))
        self.assertGreater(kills, 0)

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


if __name__ == "__main__":
    unittest.main()
