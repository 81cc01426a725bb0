"""From announcements to a public page, through the real program."""

import html
import unittest

from e2e.case import ServerCase
from support.announcements import model_card, no_release, tool_name


class Pipeline(ServerCase):
    def test_an_announcement_becomes_a_reviewed_tool(self):
        document = model_card(1)
        tool_id = self.record(document, source_url="https://vendor.example/release")[0]
        self.server.settle()
        tool = self.api.tool(tool_id)
        self.assertIn(tool_name(1), tool["name"])
        self.assertEqual([v["persona"] for v in tool["verdicts"]], ["dx", "competitor", "futurist", "business"])
        self.assertEqual(tool["panel"]["total"], 4)
        ships = sum(v["vote"] == "ship" for v in tool["verdicts"])
        self.assertEqual((tool["panel"]["ship"], tool["panel"]["ship_percent"]), (ships, 25 * ships))

    def test_every_fact_stands_in_the_announcement(self):
        document = model_card(2)
        tool = self.api.tool(self.record(document)[0])
        self.assertTrue(tool["facts"])
        for fact in tool["facts"]:
            evidence = fact["evidence"]
            quoted = document[evidence["begin"] : evidence["end"]].decode()
            self.assertEqual(evidence["text"], quoted, fact["field"])

    def test_nothing_is_public_until_it_is_approved(self):
        comparison = self.drafted_pair(model_card(3), model_card(4))
        path = f"/compare/{comparison['id']}"
        self.assertEqual(self.server.read(path).status, 404)
        for tool in comparison["tools"]:
            self.assertEqual(self.server.read(f"/tools/{tool['id']}").status, 404)
        answer = self.api.decide(comparison["id"], "approve", comparison["content_hash"])
        self.assertEqual(answer.json["state"], "approved")
        self.assertEqual(self.server.read(path).status, 200)

    def test_the_public_page_holds_every_quote_and_name(self):
        comparison = self.approved_pair(model_card(5), model_card(6))
        page = html.unescape(self.server.read(f"/compare/{comparison['id']}").text)
        for tool in comparison["tools"]:
            self.assertIn(tool["name"], page)
            self.assertIn(f"{tool['panel']['ship_percent']}%", page)
            for verdict in tool["verdicts"]:
                self.assertIn(verdict["quote"], page)

    def test_the_approved_tools_have_pages_and_the_home_page_links_the_pair(self):
        comparison = self.approved_pair(model_card(7), model_card(8))
        self.assertIn(f"/compare/{comparison['id']}", self.server.read("/").text)
        for tool in comparison["tools"]:
            self.assertEqual(self.server.read(f"/tools/{tool['id']}").status, 200)

    def test_a_withdrawn_page_is_gone(self):
        comparison = self.approved_pair(model_card(9), model_card(10))
        answer = self.api.decide(comparison["id"], "withdraw", comparison["content_hash"], reason="wrong price")
        self.assertEqual(answer.json["state"], "withdrawn", answer.text)
        self.assertEqual(self.server.read(f"/compare/{comparison['id']}").status, 404)

    def test_what_announces_nothing_is_rejected_with_the_reason(self):
        announcement = self.server.submit_and_read(no_release(1), media_type="text/plain")
        self.assertEqual(announcement["state"], "rejected")
        self.assertTrue(announcement["reason"])
        self.assertEqual(announcement["tools"], [])

    def test_pairs_are_made_without_being_asked_for(self):
        for number in (20, 21, 22):
            self.record(model_card(number))
        self.server.settle()
        drafted = self.api.all("/comparisons?state=drafted", "comparisons")
        self.assertTrue(drafted)


if __name__ == "__main__":
    unittest.main()
