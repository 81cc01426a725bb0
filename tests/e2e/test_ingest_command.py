"""`seaworthy ingest` and what else is printed of documents: states, colours, widths."""

import json
import shutil
import subprocess
import unittest

from e2e.case import ModelCase, ServerCase
from e2e.test_jsonl import BulkCase, line
from support.announcements import model_card, no_release, tool_name
from support.server import run
from support.terminal import Terminal
from support.waiting import wait_until

FEED = """<rss version="2.0"><channel><title>Acme</title><link>https://acme.example/</link>
<item><guid isPermaLink="false">one</guid><title>{name} released</title><link>https://acme.example/one</link>
<description>Acme releases {name}, a command-line library, under the MIT license.</description></item>
<item><guid isPermaLink="false">two</guid><title>A quiet week</title><link>https://acme.example/two</link></item>
</channel></rss>"""
GREEN, RED, YELLOW = "\x1b[32m", "\x1b[31m", "\x1b[33m"


class IngestCase(ServerCase):
    def write(self, name, data):
        path = self.folder / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return path

    def ingest(self, *inputs, code=0, **how):
        done = run("ingest", *inputs, "--data", self.server.data, **how)
        self.assertEqual(done.code, code, done.out + done.err)
        return done

    def outcomes(self, *inputs, code=0, **how):
        return json.loads(self.ingest(*inputs, "--json", code=code, **how).out)

    def terminal(self, *arguments, **how):
        return Terminal(*arguments, "--data", self.server.data, **how).end()


class States(IngestCase):
    def test_a_line_says_what_became_of_each(self):
        card, minutes = self.write("card.md", model_card(400)), self.write("minutes.txt", no_release(40))
        done = self.ingest(card, minutes, code=4)
        tool = tool_name(400).lower().replace(" ", "-")
        self.assertRegex(done.out, rf"recorded  ann-[0-9a-f]{{24}}  {card}  {tool}\S*\n")
        self.assertRegex(done.out, rf"rejected  ann-[0-9a-f]{{24}}  {minutes}  \S+")
        self.assertIn("1 of 2 rejected; each line above says why", done.err)

    def test_what_is_not_taken_stops_nothing_else(self):
        card, large = self.write("fine.md", model_card(401)), self.write("large.txt", b"x" * ((2 << 20) + 1))
        empty = self.write("empty.md", b"")
        outcomes = self.outcomes(large, empty, "/proc/self/mem", card, code=4)
        self.assertEqual([o["state"] for o in outcomes], ["refused", "refused", "refused", "recorded"])
        self.assertEqual([o["announcement_id"] for o in outcomes[:3]], [None] * 3)
        for outcome, reason in zip(outcomes, ["over 2 MiB", "the document is empty", "cannot be read"]):
            self.assertIn(reason, outcome["reason"])
        self.assertRegex(self.ingest(large, code=4).out, rf"refused  -  {large}  .*over 2 MiB")
        piped = self.ingest("-", code=4, stdin=b"x" * ((2 << 20) + 1))
        self.assertIn("standard input: over 2 MiB", piped.out)
        wrong = self.ingest(card, "--source-url", "ftp://acme.example", code=4)
        self.assertIn("source_url is no http or https address", wrong.out)

    def test_what_is_not_waited_for_is_received(self):
        done = self.ingest(self.write("later.md", model_card(402)), "--no-wait")
        self.assertRegex(done.out, r"^received  ann-")
        (outcome,) = self.outcomes(self.write("later.md", model_card(402)))
        self.assertEqual((outcome["state"], outcome["reason"]), ("recorded", None))

    def test_a_feed_is_split_and_a_rejection_may_be_corrected(self):
        (feed,) = self.outcomes(self.write("feed.xml", FEED.format(name=tool_name(403))))
        self.assertEqual((feed["state"], feed["reason"]), ("split", "a feed of 2 entries"))
        minutes = self.write("corrected.txt", no_release(41))
        (rejected,) = self.outcomes(minutes, code=4)
        answer = self.api.call("POST", f"/announcements/{rejected['announcement_id']}/retry", model_card(404),
                               {"Content-Type": "text/markdown"})  # fmt: skip
        self.assertEqual(answer.status, 202, answer.text)
        self.server.settle()
        (again,) = self.outcomes(minutes)
        self.assertEqual((again["state"], again["announcement_id"]), ("corrected", rejected["announcement_id"]))

    def test_a_folder_that_holds_nothing_and_a_name_there_is_not_are_told(self):
        (self.folder / "nothing").mkdir()
        self.assertIn("nothing: holds no file to read", self.ingest(self.folder / "nothing", code=1).err)
        self.assertIn("no such file or folder; use `-`", self.ingest(self.folder / "none.md", code=1).err)
        done = run("ingest", "--data", self.server.data)
        self.assertEqual(done.code, 2)
        self.assertIn("input or --jsonl", done.err)


class Terminals(IngestCase):
    def test_states_have_colours_on_a_terminal_only(self):
        card, minutes = self.write("red.md", model_card(410)), self.write("red.txt", no_release(42))
        shown = self.terminal("ingest", card, minutes).shown
        self.assertIn(f"{GREEN}recorded\x1b[0m", shown)
        self.assertIn(f"{RED}rejected\x1b[0m", shown)
        shown = self.terminal("ingest", "--no-wait", self.write("yellow.md", model_card(411))).shown
        self.assertIn(f"{YELLOW}received\x1b[0m", shown)
        self.assertNotIn("\x1b", self.ingest(card).out)

    def test_who_wants_no_colours_gets_none(self):
        card = self.write("plain.md", model_card(412))
        for settings in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
            self.assertNotIn("\x1b", self.terminal("ingest", card, **settings).shown)
        for settings in ({"NO_COLOR": ""}, {"TERM": None}):
            self.assertIn(GREEN, self.terminal("ingest", card, **settings).shown)

    def test_a_review_is_as_wide_as_the_terminal_within_reason(self):
        card = self.write("wide.md", model_card(413))
        for columns, widest in ((20, 40), (60, 60), (100, 100), (300, 120), (0, 80)):
            terminal = Terminal("review", card, columns=columns).end()
            self.assertEqual(terminal.code, 0, terminal.shown)
            quotes = [row for row in terminal.text.replace("\r", "").splitlines() if row.startswith("      ")]
            self.assertLessEqual(max(map(len, quotes)), widest)
            self.assertGreater(max(map(len, quotes)), widest - 30, columns)
        self.assertRegex(terminal.shown, r"\x1b\[3[12]mS(HIP|KIP)\x1b\[0m  \x1b\[1m")

    def test_doctor_has_its_levels_in_colour(self):
        shown = self.terminal("doctor", "--port", self.server.port).shown
        self.assertIn(f"{GREEN}ok\x1b[0m", shown)
        self.assertIn("Ready to run: seaworthy up", shown)


class Slow(ModelCase, IngestCase):
    """Reading waits for a model that fills facts in."""

    tables = (
        '[ingest]\nfill = "small"\n\n[endpoints.small]\nurl = "{url}"\nmodel = "small-1"\n\n'
        '[panel]\ndefault = ["offline"]\n'
    )

    def test_what_is_not_read_in_time_is_kept_and_read_later(self):
        self.model.text = '{"facts": []}'
        self.model.answers.clear()
        card = self.write("slow.md", model_card(420))
        done = self.ingest(card, "--timeout", "1", code=1)
        self.assertRegex(done.out, r"^received  ann-")
        self.assertIn("1 of 1 not read yet; they are kept and will be, see `seaworthy status`", done.err)
        self.model.answers.set()
        read = self.ingest(card).out
        self.assertIn("recorded", read)
        trace = run("trace", read.split()[1], "--data", self.server.data)
        self.assertRegex(trace.out, r"\+\d+\.\d\d s +└─ tool\.announced")

    def test_what_cannot_be_read_any_more_is_given_up_and_told(self):
        self.model.waiting = False
        self.model.answers.clear()
        self.addCleanup(self.model.answers.set)
        self.ingest(self.write("lost.md", model_card(421)), "--no-wait")
        wait_until(lambda: self.model.waiting, "it is being read")
        self.server.kill()
        shutil.rmtree(self.server.data / "objects")
        self.server.start()
        told = lambda: run("doctor", "--data", self.server.data, "--port", self.server.port).out
        wait_until(lambda: "`ingest` gave up on 1 events; the server's log says why" in told(), "it is given up")
        self.assertRegex(run("status", "--data", self.server.data).out, r"ingest +0 +0 +0 +1\n")


class Bulk(BulkCase):
    """`--jsonl` as people see it."""

    def jsonl(self, source, *flags, code=0, **how):
        done = run("ingest", "--jsonl", source, "--data", self.server.data, *flags, **how)
        self.assertEqual(done.code, code, done.out + done.err)
        return done

    def test_the_end_is_a_summary_and_what_was_done_is_not_done_again(self):
        path = self.write("few.jsonl", [line(500), line(501), "", line(501)])
        done = self.jsonl(path)
        self.assertRegex(done.out, r"^4 lines \(4 in this run, \d+\.\d s, \d+/s\)\n  received +2\n  repeated +1\n$")
        again = self.jsonl(path)
        self.assertIn("going on behind line 4 (--restart begins anew)", again.err)
        self.assertRegex(again.out, r"^4 lines \(0 in this run")

    def test_a_terminal_shows_how_far_it_is(self):
        path = self.write("shown.jsonl", map(line, range(510, 514)))
        terminal = Terminal("ingest", "--jsonl", path, "--data", self.server.data).end()
        self.assertEqual(terminal.code, 0, terminal.shown)
        self.assertRegex(terminal.text, r"4 lines 100\.0%  \d+/s  received 4, repeated 0, rejected 0")

    def test_of_standard_input_no_share_is_shown(self):
        piped = subprocess.Popen(["cat", self.write("piped.jsonl", map(line, range(515, 518)))], stdout=subprocess.PIPE)
        with piped:
            terminal = Terminal("ingest", "--jsonl", "-", "--data", self.server.data, stdin=piped.stdout).end()
        self.assertEqual(terminal.code, 0, terminal.shown)
        self.assertRegex(terminal.text, r"3 lines  \d+/s  received 3, ")

    def test_rejected_lines_are_told_where_they_were_asked_for(self):
        path, told = self.write("odd.jsonl", ["nonsense", line(520)]), self.folder / "told.jsonl"
        done = self.jsonl(path, "--rejected", told, code=4)
        self.assertIn(f"1 of 2 lines rejected; {told} says why", done.err)
        self.assertRegex(done.out, r"received +1\n  unreadable +1\n")
        before = told.read_text()
        told.write_text(before + '{"of": "a run that was cut short"}\n')
        self.jsonl(path, "--rejected", told, code=4)
        self.assertEqual(told.read_text(), before)
        self.jsonl(path, "--rejected", told, "--restart", code=4)
        self.assertEqual(told.read_text().count("\n"), 1)

    def test_rejected_lines_that_cannot_be_written_stop_it_with_the_way_on(self):
        path = self.write("full.jsonl", ["nonsense", line(530)])
        done = self.jsonl(path, "--rejected", "/dev/full", code=1)
        for words in ("/dev/full: rejected lines cannot be written", "name another file with --rejected",
                      "the same command goes on where this one stopped"):  # fmt: skip
            self.assertIn(words, done.err)
        self.assertRegex(self.jsonl(path, code=4).out, r"(received|repeated) +1\n  unreadable +1\n")

    def test_progress_that_cannot_be_kept_or_read_is_told(self):
        path = self.write("kept.jsonl", [line(540)])
        (self.folder / "kept.jsonl.progress.new").symlink_to("/dev/full")
        self.assertIn("kept.jsonl.progress: cannot be written: No space left", self.jsonl(path, code=1).err)
        (self.folder / "kept.jsonl.progress.new").unlink()
        (self.folder / "kept.jsonl.progress").mkdir()
        self.assertIn("kept.jsonl.progress: cannot be read", self.jsonl(path, code=1).err)
        self.assertIn("kept.jsonl.progress: cannot be written", self.jsonl(path, "--restart", code=1).err)

    def test_what_is_no_file_of_lines_is_told(self):
        done = self.jsonl(self.folder / "none.jsonl", code=1)
        self.assertIn("none.jsonl: cannot be read: No such file", done.err)
        self.assertIn("`-` for standard input", done.err)
        (self.folder / "a-folder").mkdir()
        done = self.jsonl(self.folder / "a-folder", code=1)
        self.assertIn("a-folder: cannot be read: Is a directory", done.err)
        self.assertNotIn("goes on where", done.err)


if __name__ == "__main__":
    unittest.main()
