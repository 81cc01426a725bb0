"""What the command line shows of results: reviews, pairs, traces, editions, pages as files."""

import json
import pathlib
import shutil
import tempfile
import unittest

from e2e.case import ModelCase
from support.announcements import model_card, tool_name
from support.provider import Provider
from support.server import free_port, run
from support.terminal import Terminal


class Review(unittest.TestCase):
    """Without a server, by a provider that fails."""

    def setUp(self):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="seaworthy-review-"))
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        self.card = folder / "card.md"
        self.card.write_bytes(model_card(900))
        self.model = Provider()
        self.addCleanup(self.model.close)

    def review(self, *flags, code=1):
        done = run("review", self.card, "--llm", self.model.url, "--model", "small-1", *flags)
        self.assertEqual(done.code, code, done.out + done.err)
        return done

    def test_a_full_panel_of_a_model_is_not_said_to_be_by_rules(self):
        done = self.review(code=0)
        self.assertIn("Panel: 100% ship (4 of 4)\n", done.out)
        self.assertNotIn("written by rules", done.out)

    def test_who_did_not_answer_is_missing_with_the_reason(self):
        self.model.statuses = [200, 401]
        done = self.review()
        self.assertIn("Panel: 100% ship (1 of 1), 3 missing\n", done.out)
        self.assertEqual(done.out.count("\nMISSING  "), 3)
        self.assertIn("not every reviewer answered: ", done.err)
        self.model.statuses = [401]
        self.assertIn("Panel: no verdict\n", self.review().out)
        tool = json.loads(self.review("--json").out)["tools"][0]
        self.assertEqual((tool["panel"]["total"], len(tool["panel"]["failed"])), (0, 4))


class Results(ModelCase):
    tables = (
        '[endpoints.small]\nurl = "{url}"\nmodel = "small-1"\ninput_usd_per_million = 1\n'
        'output_usd_per_million = 10\n[panel]\ndefault = ["small"]\n'
    )

    def command(self, *arguments, code=0, says=(), **how):
        done = run(*arguments, "--data", self.server.data, **how)
        self.assertEqual(done.code, code, done.out + done.err)
        for words in says:
            self.assertIn(words, " ".join((done.out + done.err).split()))
        return done.out

    def test_a_pair_is_shown_side_by_side(self):
        a, b = (self.record(model_card(number))[0] for number in (910, 911))
        self.server.settle()
        shown = self.command("compare", a, b)
        self.assertRegex(shown, rf"^{'-vs-'.join(sorted((a, b)))}  drafted\n\n +\S+.* +\S+")
        self.assertRegex(shown, r"panel +100% ship \(4 of 4\) +100% ship \(4 of 4\)\n")
        self.assertRegex(shown, r"dx +ship +ship\n")
        told = json.loads(self.command("compare", b, a, "--json"))
        self.assertEqual((sorted(told["tools"]), told["state"]), (sorted((a, b)), "drafted"))
        self.command("compare", a, a, code=4, says=["seaworthy: "])
        self.command("compare", a, "none", code=4, says=["none"])

    def test_before_the_panel_is_full_there_is_no_verdict(self):
        self.model.answers.clear()
        self.addCleanup(self.server.settle)
        self.addCleanup(self.model.answers.set)
        a, b = (self.record(model_card(number))[0] for number in (912, 913))
        shown = self.command("compare", a, b)
        self.assertRegex(shown, r"^\S+  waiting\n")
        self.assertRegex(shown, r"panel +no verdict yet +no verdict yet\n")
        self.assertRegex(shown, r"dx +- +-\n")

    def test_a_trace_tells_models_tries_and_money(self):
        self.model.statuses = [500, 200]
        tool = self.record(model_card(914))[0]
        self.server.settle()
        shown = self.command("trace", tool)
        self.assertRegex(shown, r"ship, by small \(small-1-0001\), answer in \d+ ms, \$0\.001500")
        self.assertRegex(shown, r"ship, by small \(small-1-0001\), answer in \S+ m?s, 2 attempts, \$0\.001500")
        self.assertRegex(shown, r"(?m)^ +\+\d+(ms| ms|\.\d\d s)  ")
        self.command("trace", "no id at all", code=4, says=["no such id: give an announcement's id"])

    def test_an_answer_that_was_kept_is_not_paid_again(self):
        asked = []
        for _ in range(2):  # Of the same tools there are beside it: none.
            self.server.stop()
            for part in ("log", "objects", "store"):
                shutil.rmtree(self.server.data / part)
            self.server.start()
            tool = self.record(model_card(915))[0]
            self.server.settle()
            asked.append(self.model.asked)
        self.assertEqual(asked[0], asked[1])
        self.assertIn("from the cache", self.command("trace", tool))

    def test_what_happened_days_later_is_told_in_hours(self):
        first = self.record(model_card(916))[0]
        self.server.settle()
        self.server.age(3)
        self.server.start()
        second = self.record(model_card(917))[0]
        self.server.settle()
        self.command("compare", first, second)
        self.assertRegex(self.command("trace", first), r"(?m)^ +\+72h\S+ .*─ comparison\.")

    def test_editions_there_are_not_are_told(self):
        self.assertEqual(self.command("edition", "list"), "no week has been drafted yet\n")
        self.command("edition", "show", "2026-W01", code=4, says=["2026-W01"])
        self.command("edition", "approve", "2026-W01", "--hash", "0" * 64, code=4, says=["2026-W01"])
        self.command("edition", "show", code=2, says=["week"])

    def test_pages_are_exported_with_pictures_or_without(self):
        self.approved_pair(model_card(918), model_card(919))
        public = self.folder / "public"
        self.command("export", public, says=[f"pages in {public}, 0 of them as they were, 0 no longer public removed"])
        pictures = list(public.glob("social/**/*.png"))
        self.assertTrue(pictures)
        told = self.command("export", public, "--no-pictures")
        self.assertRegex(told, r"^(\d+) pages in \S+, \d+ of them as they were, [1-9]\d* no longer public removed\n")
        self.assertFalse([path for path in pictures if path.exists()])
        (self.folder / "thesis").mkdir()
        (self.folder / "thesis/chapter.txt").write_text("x")
        self.command("export", self.folder / "thesis", code=1, says=["is not empty and was not made by `seaworthy export`"])
        self.command("export", self.folder / "thesis/chapter.txt", code=1, says=["cannot be made a folder; name another"])

    def test_a_server_on_another_port_is_told_by_doctor(self):
        self.command("doctor", "--port", free_port(), says=["warn port nothing listens on", "the server runs on another port"])

    def test_what_is_typed_is_reviewed(self):
        name = tool_name(920)
        text = f"# {name} 7B\n\nTern Systems releases {name} 7B, a 7-billion-parameter language model.\n"
        shown = Terminal("review", "-", columns=120).type(text + "\x04").end()
        self.assertEqual(shown.code, 0, shown.shown)
        self.assertIn(f"\x1b[1m{name}", shown.shown)


if __name__ == "__main__":
    unittest.main()
