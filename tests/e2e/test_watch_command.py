"""`seaworthy watch`: what it prints, waits for and refuses."""

import json
import unittest

from e2e.case import ServerCase
from e2e.test_watch import WatchCase
from support.server import run
from support.waiting import wait_until


class Tables(WatchCase):
    def setUp(self):
        for source in self.listed():
            self.watch("remove", source)

    def listed(self):
        return {one["source_id"]: one for one in json.loads(self.watch("list", "--json").out)["sources"]}

    def add(self, path, *flags):
        self.serve(path, self.host.feed())
        return self.watch("add", self.host.origin + path, *flags)

    def refused(self, *arguments, says, code=4):
        done = self.watch(*arguments, code=code)
        self.assertIn(says, done.err)

    def test_a_list_of_none_says_how_to_add_one(self):
        self.assertIn("No sources yet. Add one:\n  seaworthy watch add https://", self.watch("list").out)

    def test_each_source_is_a_row_with_its_trouble_below(self):
        self.add("/good.xml", "--id", "good", "--kind", "feed", "--title", "Good news", "--every", "1d")
        self.serve("/bad.xml", "<rss><channel><item>")
        self.watch("add", f"{self.host.origin}/bad.xml", "--id", "bad", "--kind", "feed")
        self.add("/quiet.xml", "--id", "quiet")
        self.assertEqual(self.watch("pause", "quiet").out, "paused quiet\n")
        self.watch("add", "hook", "--kind", "webhook")
        wait_until(lambda: self.listed()["bad"]["outcome"] and self.listed()["good"]["outcome"], "both are read")
        rows = self.watch("list").out
        time = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"
        self.assertRegex(rows, r"source +kind +url +last read +outcome +new +all +next")
        self.assertRegex(rows, rf"good +feed +{self.host.origin}/good\.xml +{time} +nothing_new +0 +0 +{time}")
        self.assertRegex(rows, r"quiet .* paused\n")
        self.assertRegex(rows, r"hook +webhook +- +- +0 +0 +when it sends\n")
        self.assertRegex(rows, r"\nbad: invalid_feed: .* byte 19")

    def test_an_id_is_made_of_the_address_and_a_webhooks_is_its_address(self):
        self.add("/news.xml", "--kind", "feed")
        self.watch("add", "acme-hook", "--kind", "webhook", "--signature", "generic")
        self.watch("add", "anything", "--id", "other-hook", "--kind", "webhook")
        listed = self.listed()
        self.assertEqual({name: one.get("signature") for name, one in listed.items() if one["kind"] == "webhook"},
                         {"acme-hook": "generic", "other-hook": "github"})  # fmt: skip
        (feed,) = [name for name, one in listed.items() if one["kind"] == "feed"]
        self.assertRegex(feed, r"^127-0-0-1-\d+-news-xml$")

    def test_a_change_in_json_is_the_source_as_it_is_then(self):
        added = json.loads(self.add("/json.xml", "--id", "json", "--every", "90m", "--json").out)["sources"]
        self.assertEqual([(one["source_id"], one["interval_seconds"]) for one in added], [("json", 5400)])
        paused = json.loads(self.watch("pause", "json", "--json").out)["sources"]
        self.assertTrue(paused[0]["paused"])

    def test_times_are_days_hours_minutes_or_seconds_between_a_minute_and_a_week(self):
        for said, seconds in (("60", 60), ("90s", 90), ("30m", 1800), ("6h", 21600), ("2d", 172800), ("7d", 604800)):
            added = json.loads(self.add("/every.xml", "--id", "every", "--every", said, "--json").out)["sources"]
            self.assertEqual(added[0]["interval_seconds"], seconds, said)
        for said in ("59s", "8d", "soon", "d", "1x"):
            reason = f"--every {said} is no time between 60s and 7d"
            self.refused("add", f"{self.host.origin}/x.xml", "--every", said, says=reason, code=2)

    def test_what_is_no_source_is_refused_with_the_reason(self):
        url = f"{self.host.origin}/x.xml"
        self.refused("add", "ftp://acme.example/feed", "--id", "x", says="is no http or https address")
        self.refused("add", url, "--id", "No Id", says="a source's id is 1 to 64 of a-z, 0-9 and `-`")
        self.refused("add", url, "--id", "x", "--title", "x" * 500, says="title is longer than 120 characters")
        for change in ("pause", "resume", "remove", "run"):
            self.refused(change, "nobody", says="no source is called nobody; `seaworthy watch list`")
        self.watch("add", "a-hook", "--kind", "webhook")
        self.refused("run", "a-hook", says="nothing is read, its sender sends")

    def test_run_reads_all_that_can_be_read(self):
        self.add("/one.xml", "--id", "one", "--kind", "feed")
        self.add("/two.xml", "--id", "two", "--kind", "feed")
        self.watch("pause", "two")
        self.watch("add", "b-hook", "--kind", "webhook")
        done = self.watch("run")
        self.assertRegex(done.out, r"one +feed .* (nothing_new|not_modified) ")
        self.assertNotIn("two", done.out)
        self.assertEqual(self.watch("run", "--no-wait").out, "1 asked for\n")
        asked = json.loads(self.watch("run", "--no-wait", "--json").out)["sources"]
        self.assertEqual([one["source_id"] for one in asked], ["one"])
        self.watch("remove", "one")
        self.assertIn("No sources yet", self.watch("run").out)


class HeldBack(WatchCase):
    def test_what_a_host_asks_to_wait_for_is_named_when_the_time_is_over(self):
        self.serve("/slow.xml", "Too many requests", status=429)
        self.watch("add", f"{self.host.origin}/slow.xml", "--id", "slow", "--kind", "feed")
        wait_until(lambda: json.loads(self.watch("list", "--json").out)["sources"][0]["outcome"], "it is tried once")
        done = self.watch("run", "slow", "--timeout", "1", code=1)
        self.assertIn("not read yet: slow; their hosts may want to be left alone: `seaworthy watch list`", done.err)
        self.assertRegex(self.watch("list").out, r"slow .* failed .* \(\w+\)\n")


class Off(ServerCase):
    """A server that reads no sources."""

    @classmethod
    def prepare(cls):
        cls.config = cls.folder / "seaworthy.toml"
        cls.config.write_text("watch = false\n")

    def test_it_is_said_at_every_turn(self):
        data = ["--data", self.server.data]
        added = run("watch", "add", "https://acme.example/feed.xml", "--id", "acme", *data)
        self.assertEqual(added.out, "watching acme\nThis server reads no sources: its configuration says `watch = false`.\n")
        self.assertRegex(run("watch", "list", *data).out, r"acme .* never: `watch = false` is set\n")
        asked = run("watch", "run", "acme", *data)
        self.assertEqual(asked.code, 4)
        self.assertIn("take that out and start it again", asked.err)


if __name__ == "__main__":
    unittest.main()
