"""The three pages of ../shared/seeds, made again from recordings.

Only where that folder is present; its texts are read, never kept. A document
is written from each tool's record, the recorded verdicts are given by the
replay endpoint, and the comparisons have to come out with the same names,
prices, quotes in order and panel percents.
"""

import html
import json
import pathlib
import re
import unittest

from e2e.case import ServerCase
from support.server import ROOT

SEEDS = ROOT.parent / "shared/seeds/comparisons.json"
PERSONAS = ["dx", "competitor", "futurist", "business"]


def slug(name):
    """As common/ids.h says, for the names that occur here."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def document(tool):
    """A card in the words of the record and nothing else."""
    # A JSON string is a YAML string.
    fields = {"name": "name", "tagline": "tagline", "category": "category", "entry_price": "price"}
    front_matter = [f"{name}: {json.dumps(tool[field])}" for field, name in fields.items()]
    return "\n".join(["---", *front_matter, "---", tool["description"], ""]).encode()


class Seeds(ServerCase):
    @classmethod
    def prepare(cls):
        cls.seeds = json.loads(SEEDS.read_text())
        cls.recordings = cls.folder / "recordings"
        cls.endpoint = f"replay:{cls.recordings}"
        for seed in cls.seeds:
            for tool in seed["tools"]:
                cls.record_verdicts(tool)

    @classmethod
    def record_verdicts(cls, tool):
        folder = cls.recordings / slug(tool["name"])
        folder.mkdir(parents=True, exist_ok=True)
        for verdict in tool["verdicts"]:
            recording = {"vote": verdict["verdict"], "confidence": 0.7, "quote": verdict["quote"], "model": "recorded"}
            (folder / f"{verdict['persona']}.json").write_text(json.dumps(recording))

    def compared(self, seed):
        """The seed's pair, drafted."""
        ids = []
        for tool in seed["tools"]:
            ids.append(self.record(document(tool), source_url=f"https://vendor.example/{slug(tool['name'])}")[0])
        answer = self.api.call("POST", "/comparisons", {"tools": ids})
        self.assertEqual(answer.status, 202, answer.text)
        self.server.settle()
        return self.api.comparison(answer.json["id"])

    def test_each_comparison_comes_out_as_the_seed_shows_it(self):
        for seed in self.seeds:
            with self.subTest(seed["title"]):
                comparison = self.compared(seed)
                self.assertEqual(comparison["state"], "drafted")
                made = {tool["name"]: tool for tool in comparison["tools"]}
                self.assertEqual(set(made), {tool["name"] for tool in seed["tools"]})
                for tool in seed["tools"]:
                    self.assert_tool(tool, made[tool["name"]])
                self.assert_page(seed, comparison)

    def test_a_seventy_billion_model_on_a_24_gb_card_is_marked(self):
        marked = 0
        for seed in self.seeds:
            comparison = self.compared(seed)
            for tool in comparison["tools"]:
                for verdict in tool["verdicts"]:
                    said = re.findall(r"24 ?GB", verdict["quote"])
                    wrong = [m for m in verdict["marks"] if re.search(r"24 ?GB", m["text"]) and m["support"] != "supported"]
                    self.assertEqual(len(wrong), len(said), verdict["quote"])
                    marked += len(wrong)
        self.assertGreater(marked, 0)

    def assert_tool(self, expected, made):
        self.assertEqual([v["persona"] for v in made["verdicts"]], PERSONAS)
        self.assertEqual([v["quote"] for v in made["verdicts"]], [v["quote"] for v in expected["verdicts"]])
        self.assertEqual([v["vote"] for v in made["verdicts"]], [v["verdict"] for v in expected["verdicts"]])
        self.assertEqual(made["panel"]["ship_percent"], expected["panel_ship_percent"])
        self.assertEqual(made["pricing"], expected["entry_price"].lower())

    def open_marks(self, comparison):
        """What the check found wrong: verdict, mark."""
        return [
            (verdict, mark)
            for tool in comparison["tools"]
            for verdict in tool["verdicts"]
            for mark in verdict["marks"]
            if mark["support"] != "supported" and not mark["accepted_by"]
        ]

    def accept(self, verdict, mark):
        """Lets a mark stand, as an editor who knows better would."""
        amendment = {
            "verdict_id": verdict["id"],
            "kind": "accept",
            "quote_hash": verdict["quote_hash"],
            "begin": mark["begin"],
            "end": mark["end"],
            "reason": "as the seed has it",
        }
        answer = self.api.call("POST", "/amendments", amendment)
        self.assertEqual(answer.status, 200, answer.text)

    def assert_page(self, seed, comparison):
        refused = self.api.decide(comparison["id"], "approve", comparison["content_hash"])
        self.assertEqual(refused.status, 409, refused.text)
        for verdict, mark in self.open_marks(comparison):
            self.accept(verdict, mark)
        self.server.settle()
        comparison = self.api.comparison(comparison["id"])
        self.assertEqual(self.open_marks(comparison), [])
        answer = self.api.decide(comparison["id"], "approve", comparison["content_hash"])
        self.assertEqual(answer.json["state"], "approved", answer.text)
        page = html.unescape(self.server.read(f"/compare/{comparison['id']}").text)
        for tool in seed["tools"]:
            self.assertIn(tool["name"], page)
            self.assertIn(tool["entry_price"], page)
            self.assertIn(f"{tool['panel_ship_percent']}%", page)
            places = [page.index(verdict["quote"]) for verdict in tool["verdicts"]]
            self.assertEqual(places, sorted(places), f"quotes of {tool['name']} are out of order")


if __name__ == "__main__":
    unittest.main()
