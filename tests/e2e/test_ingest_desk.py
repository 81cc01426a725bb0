"""The desk's pages of sources, quarantine and tools, through a plain HTTP client."""

import re
import unittest
import urllib.parse

from e2e.case import ServerCase
from e2e.test_desk import Browser, hidden
from support.announcements import model_card, no_release, tool_name
from support.waiting import wait_until


def card(name, license_id, vendor="Tern Systems", more=""):
    """A card whose parts a test chooses."""
    text = f"{vendor} releases {name}, a language model, under the {license_id} license."
    return f"---\nlicense: {license_id}\npipeline_tag: text-generation\n---\n# {name}\n\n{text}\n{more}".encode()


def location(answer):
    return answer.headers["location"]


class IngestDesk(ServerCase):
    def setUp(self):
        self.browser = Browser(self.server.port)
        url = self.api.call("POST", "/desk-links").json["url"]
        token = hidden(self.browser.get(url[url.index("/desk") :]).text, "token")
        self.assertEqual(self.browser.post("/desk/sign-in", {"token": token}).status, 303)

    def page(self, path):
        answer = self.browser.get(path)
        self.assertEqual(answer.status, 200, (path, answer.text))
        return answer.text

    def send(self, path, page, **form):
        """Sends a form of `page` and expects it to be taken."""
        fields = {"csrf": hidden(page, "csrf"), "request_id": hidden(page, "request_id"), **form}
        answer = self.browser.post(path, fields)
        self.assertEqual(answer.status, 303, answer.text)
        return location(answer)

    def refused(self, document, **how):
        announcement = self.server.submit_and_read(document, **how)
        self.assertEqual(announcement["state"], "rejected")
        return announcement["announcement_id"]

    def decide(self, query):
        """Through the page that says what follows."""
        page = self.page(f"/desk/identity/confirm?{query}")
        self.assertIn("What will follow", page)
        form = {name: value[0] for name, value in urllib.parse.parse_qs(query).items()}
        return self.send("/desk/identity", page, reason="for the test", **form)

    def undo_link(self, tool):
        page = self.page(f"/desk/tools/{tool}")
        link = re.search(r'href="/desk/identity/confirm\?(kind=undo[^"]+)"', page)
        self.assertTrue(link, "there is a decision to undo")
        return link[1].replace("&amp;", "&")

    def test_what_is_refused_is_kept_corrected_and_tried_again(self):
        announcement = self.refused(no_release(70))
        self.assertIn(announcement, self.page("/desk/quarantine"))
        page = self.page(f"/desk/quarantine/{announcement}")
        self.assertIn("Minutes of meeting 70.", page)
        where = self.send(
            f"/desk/quarantine/{announcement}", page, document=model_card(70).decode(), media_type="text/markdown"
        )
        new = re.search(r"ann-[0-9a-f]{24}", where)[0]
        read = wait_until(lambda: "Recorded: its facts" in self.page(f"/desk/announcements/{new}"), "it is read again")
        self.assertTrue(read)
        wait_until(lambda: self.api.announcement(announcement)["state"] == "corrected", "the first is corrected")
        self.assertIn(new, self.page(f"/desk/quarantine/{announcement}"))

    def test_bytes_that_are_no_text_are_shown_in_hex_and_their_reason_is_escaped(self):
        announcement = self.refused(b"PK\x03\x04\x14\x00\x08\x00<script>alert(1)</script>" + bytes(64))
        page = self.page(f"/desk/quarantine/{announcement}")
        self.assertIn("00000000  50 4b 03 04", page)
        self.assertNotIn("<script>", page)

    def test_a_document_that_is_too_large_is_kept_in_part_and_needs_another(self):
        answer = self.api.submit(b"# Too large\n" + b"word " * (600 << 10))
        self.assertEqual(answer.status, 413, answer.text)
        row = r"/desk/quarantine/(ann-[0-9a-f]{24})(?:(?!queue-row).)*document_too_large"
        listed = wait_until(lambda: re.search(row, self.page("/desk/quarantine"), re.S), "it is listed")
        announcement = listed[1]
        page = self.page(f"/desk/quarantine/{announcement}")
        self.assertIn("only the first of them are kept", page)
        form = {"csrf": hidden(page, "csrf"), "request_id": hidden(page, "request_id")}
        answer = self.browser.post(f"/desk/quarantine/{announcement}", {**form, "document": ""})
        self.assertEqual(answer.status, 409, answer.text)
        self.assertIn("send the corrected document", answer.text)
        where = self.send(f"/desk/quarantine/{announcement}", page, document=model_card(77).decode())
        self.assertRegex(where, r"^/desk/announcements/ann-[0-9a-f]{24}\?done=retry$")

    def test_the_api_lists_what_was_refused_and_tries_it_again(self):
        announcement = self.refused(no_release(71))
        listed = self.api.call("GET", "/announcements?state=rejected&limit=200").json["announcements"]
        self.assertIn(announcement, [entry["announcement_id"] for entry in listed])
        answer = self.api.call("POST", f"/announcements/{announcement}/retry")
        self.assertEqual((answer.status, answer.json.get("replaces")), (202, announcement), answer.text)

    def test_a_source_is_added_paused_and_removed(self):
        page = self.page("/desk/sources")
        url = "http://127.0.0.1:9/feed.xml"
        path = self.send("/desk/sources", page, is_new="1", url=url, source_id="nine", kind="feed", minutes="60")
        self.assertTrue(path.startswith("/desk/sources/nine"), path)
        page = self.page("/desk/sources/nine")
        self.assertIn(url, page)
        self.send("/desk/sources/nine", page, action="pause")
        self.assertTrue(self.api.call("GET", "/sources").json["sources"][0]["paused"])
        self.send("/desk/sources/nine", page, action="remove", sure="1", request_id="remove-nine")
        self.assertEqual(self.browser.get("/desk/sources/nine").status, 404)

    def test_a_correction_stands_and_keeps_what_was_read(self):
        tool = self.record(model_card(72))[0]
        read = next(f["value"] for f in self.api.tool(tool)["facts"] if f["field"] == "license")
        page = self.page(f"/desk/tools/{tool}")
        form = {"action": "correct", "field": "license", "values": "LGPL-3.0-only", "reason": "the file <says> so"}
        self.send(f"/desk/tools/{tool}/corrections", page, **form)
        corrected = self.api.tool(tool)
        self.assertEqual(corrected["license"], "LGPL-3.0-only")
        self.assertEqual(corrected["corrections"][0]["corrected_values"], [read])
        page = self.page(f"/desk/tools/{tool}")
        self.assertIn("the file &lt;says&gt; so", page)
        self.send(f"/desk/tools/{tool}/corrections", page, action="let-go", field="license")
        self.assertEqual(self.api.tool(tool)["license"], read)

    def test_sources_that_disagree_stand_side_by_side(self):
        one = self.record(card("Curlew 7B", "mit"), source_url="https://tern.example/curlew")[0]
        other = self.record(card("Curlew 7B", "apache-2.0"), source_url="https://other.example/curlew")[0]
        self.assertEqual(one, other)
        page = self.page(f"/desk/tools/{one}")
        disagree = page[page.index("Where sources disagree") : page.index('id="facts"')]
        for text in ("MIT", "Apache-2.0", "in use", "https://other.example/curlew"):
            self.assertIn(text, disagree)

    def test_a_correction_asks_when_the_sources_say_something_new(self):
        tool = self.record(card("Bittern 7B", "mit"), source_url="https://tern.example/bittern")[0]
        form = {"action": "correct", "field": "license", "values": "BSD-3-Clause", "reason": "the file says so"}
        self.send(f"/desk/tools/{tool}/corrections", self.page(f"/desk/tools/{tool}"), **form)
        self.record(card("Bittern 7B", "apache-2.0", more="Anew.\n"), source_url="https://tern.example/bittern-2")
        page = self.page(f"/desk/tools/{tool}")
        self.assertIn("A correction asks", page)
        self.assertIn("1 correction asks", self.page("/desk/tools?show=asking"))
        self.assertRegex(self.page("/desk"), r"<strong>\d+</strong> corrections? asks?")
        form = {"action": "confirm", "field": "license", "values": "BSD-3-Clause"}
        self.send(f"/desk/tools/{tool}/corrections", page, **form)
        self.assertNotIn("A correction asks", self.page(f"/desk/tools/{tool}"))
        self.assertEqual(self.api.tool(tool)["license"], "BSD-3-Clause")

    def test_what_may_be_one_is_suggested_until_it_is_kept_apart(self):
        one = self.record(card("Sandpiper 7B", "mit"))[0]
        other = self.record(card("Sandpiper 7B", "mit", vendor="Basalt AI"))[0]
        self.assertNotEqual(one, other)
        self.assertIn("May be the same as another tool", self.page(f"/desk/tools/{other}"))
        self.assertIn(other, self.page("/desk/identity"))
        query = urllib.parse.urlencode({"kind": "apart", "tool": one, "other": other})
        self.assertEqual(self.decide(query), "/desk/identity?done=apart")
        self.assertNotIn("May be the same as another tool", self.page(f"/desk/tools/{other}"))

    def test_splitting_makes_a_tool_of_its_own_and_can_be_undone(self):
        tool = self.record(card("Dotterel 7B", "mit"), source_url="https://tern.example/dotterel")[0]
        self.record(card("Dotterel 7B", "mit", more="Again.\n"), source_url="https://tern.example/dotterel-2")
        leaving = self.api.tool(tool)["announcement_ids"][1]
        self.assertIn(f'name="{leaving}" value="on"', self.page(f"/desk/tools/{tool}"))
        query = urllib.parse.urlencode({"kind": "split", "tool": tool, "name": "Dotterel Two", leaving: "on"})
        new = re.search(r"/desk/tools/([^?]+)", self.decide(query))[1]
        self.assertNotEqual(new, tool)
        self.assertEqual(self.api.tool(new)["announcement_ids"], [leaving])
        self.decide(self.undo_link(tool))
        self.assertIn(leaving, self.api.tool(tool)["announcement_ids"])

    def test_merging_says_what_follows_and_can_be_undone(self):
        one, other = self.record(model_card(73))[0], self.record(model_card(74))[0]
        query = urllib.parse.urlencode({"kind": "merge", "tool": one, "other": other})
        self.assertEqual(self.decide(query), f"/desk/tools/{one}?done=merge")
        self.assertIn("was merged into this tool", self.page(f"/desk/tools/{other}"))
        self.decide(self.undo_link(one))
        self.assertEqual(self.api.tool(other)["id"], other)
        self.assertNotIn("was merged into this tool", self.page(f"/desk/tools/{other}"))

    def test_a_merge_needs_a_reason_and_our_page(self):
        form = {"kind": "merge", "tool": "a", "other": "b"}
        self.assertEqual(self.browser.post("/desk/identity", {**form, "csrf": "guess", "reason": "x"}).status, 403)
        page = self.page("/desk/tools")
        csrf = hidden(page, "csrf")
        self.assertEqual(self.browser.post("/desk/identity", {**form, "csrf": csrf}).status, 400)

    def test_the_history_holds_every_revision(self):
        tool = self.record(model_card(75))[0]
        self.assertIn("Revision 1", self.page(f"/desk/tools/{tool}/history"))
        self.assertIn(tool_name(75), self.page(f"/desk/tools/{tool}"))

    def test_the_queue_says_what_waits_elsewhere(self):
        self.refused(no_release(76))
        self.assertRegex(self.page("/desk"), r"<strong>\d+</strong> refused announcements?")


if __name__ == "__main__":
    unittest.main()
