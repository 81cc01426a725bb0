"""`seaworthy status`: on a terminal and off it, with work under way, held up and done."""

import json
import unittest

from e2e.case import ModelCase, NatsCase, ServerCase
from support.announcements import model_card
from support.server import run
from support.terminal import Terminal
from support.waiting import wait_until

TABLES = """[endpoints.small]
url = "{url}"
model = "small-1"
[panel]
default = ["small"]
[log]
retention_days = 30
"""


class StatusCase(ServerCase):
    def status(self, *flags):
        done = run("status", *flags, "--data", self.server.data)
        self.assertEqual(done.code, 0, done.err)
        return done.out

    def terminal(self, *flags, **how):
        return Terminal("status", *flags, "--data", self.server.data, **how)


class UnderWay(ModelCase, StatusCase):
    """Its only endpoint answers when it is let."""

    tables = TABLES

    def begin(self, number):
        """Reviews that wait for their answers."""
        self.model.answers.clear()
        self.addCleanup(self.server.settle)
        self.addCleanup(self.model.answers.set)
        self.record(model_card(number))
        pending = lambda: self.api.call("GET", "/status").json["counts"].get("reviews.pending", 0)
        wait_until(lambda: pending() == 4, "four reviews wait")

    def test_a_terminal_follows_the_work_until_it_is_done(self):
        self.begin(300)
        terminal = self.terminal().wait_for("reviews        [")
        self.assertIn("announcements  [##############################] ", terminal.text)
        self.assertRegex(terminal.text, r"reviews\.pending +4\r\n")
        self.model.answers.set()
        terminal.end()
        self.assertEqual(terminal.code, 0, terminal.shown)
        self.assertRegex(terminal.shown, "\x1b\\[\\d+A")  # Each screen over the one before.
        last = terminal.text.rsplit("queue ", 1)[1]
        self.assertNotIn("reviews        [", last)

    def test_once_and_json_are_printed_and_end_there(self):
        self.begin(301)
        once = self.terminal("--once").end()
        self.assertEqual(once.code, 0)
        self.assertIn("reviews        [", once.text)
        self.assertNotIn("\x1b", once.shown)
        told = json.loads(self.terminal("--json").end().text)
        self.assertGreater(told["counts"]["reviews.pending"], 0)
        self.assertIn("reviews        [", self.status())
        self.assertIn("what a verified backup covers is kept 30 days", self.status())

    def test_what_holds_reviews_up_is_told_with_the_reason(self):
        self.model.statuses = [401]
        self.addCleanup(setattr, self.model, "statuses", [200])
        self.record(model_card(302))
        stuck = wait_until(lambda: (s := self.status()).count("Reviews by") and s, "somebody waits")
        self.assertRegex(" ".join(stuck.split()), r"Reviews by .* wait: .*the key is refused; check key_env or key_file")
        lanes = json.loads(self.status("--json"))["lanes"]
        self.assertIn(False, [lane["open"] for lane in lanes])
        narrow = self.terminal("--once", columns=50).end().text
        told = narrow[narrow.index("Reviews by") : narrow.index("announcements  [")].split("\r\n")
        self.assertLessEqual(max(map(len, told)), 50, narrow)


class Watched(StatusCase):
    def test_watch_goes_on_after_the_work_until_the_server_ends(self):
        terminal = self.terminal("--watch").wait_for("log at event").wait_for("\x1b[J\x1b[")
        self.record(model_card(310))
        terminal.wait_for("announcements.recorded")
        self.assertEqual(self.server.stop(), 0)
        terminal.end()
        self.assertEqual(terminal.code, 1, terminal.shown)
        self.assertIn("seaworthy: ", terminal.shown)


class Leading(NatsCase, StatusCase):
    """The log could be shared with others."""

    def test_which_aggregator_emits_is_told(self):
        wait_until(lambda: json.loads(self.status("--json")).get("leading", True), "it leads")
        self.assertRegex(self.status(), r"this aggregator \(\S+\) emits")


if __name__ == "__main__":
    unittest.main()
