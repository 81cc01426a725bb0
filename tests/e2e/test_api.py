"""The HTTP API: who may, what conflicts, what repeats."""

import re
import unittest

from e2e.case import ServerCase
from support.announcements import model_card
from support.http_client import send


class Access(ServerCase):
    def test_writing_needs_the_token(self):
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic dGVzdA=="}):
            answer = send(self.server.port, "POST", "/api/v1/announcements", model_card(1), headers)
            self.assertEqual(answer.status, 401, headers)

    def test_reading_what_is_not_public_needs_the_token(self):
        tool_id = self.record(model_card(2))[0]
        self.assertEqual(send(self.server.port, "GET", f"/api/v1/tools/{tool_id}").status, 404)
        self.assertEqual(send(self.server.port, "GET", "/api/v1/comparisons?state=drafted").status, 401)

    def test_the_description_of_the_api_is_public(self):
        answer = send(self.server.port, "GET", "/api/v1/openapi.json")
        self.assertEqual(answer.status, 200)
        for path in ("/announcements", "/tools", "/comparisons", "/status"):
            self.assertTrue(any(path in name for name in answer.json["paths"]), path)

    def test_status_names_version_queues_and_endpoint(self):
        status = self.api.call("GET", "/status").json
        self.assertEqual(status["endpoints"][0]["name"], "offline")
        self.assertRegex(status["version"], r"^\d+\.\d+\.\d+$")
        self.assertTrue(status["queues"])


class Idempotency(ServerCase):
    def test_the_same_key_and_body_give_the_same_answer(self):
        first = self.api.submit(model_card(30), key="key-30")
        again = self.api.submit(model_card(30), key="key-30")
        self.assertEqual((first.status, again.status), (202, 202))
        self.assertEqual(first.json, again.json)

    def test_the_same_key_with_another_body_is_a_conflict(self):
        self.assertEqual(self.api.submit(model_card(31), key="key-31").status, 202)
        self.assertEqual(self.api.submit(model_card(32), key="key-31").status, 409)

    def test_a_repeated_decision_has_no_further_effect(self):
        comparison = self.drafted_pair(model_card(33), model_card(34))
        how = (comparison["id"], "approve", comparison["content_hash"])
        first = self.api.decide(*how, key="decision-33")
        again = self.api.decide(*how, key="decision-33")
        self.assertEqual((first.status, first.json["state"]), (200, "approved"))
        self.assertEqual((again.status, again.json["state"]), (200, "approved"), again.text)


class Feeds(ServerCase):
    FEED = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>Quay notes</title>
<link>https://quay.example/</link>
<item><guid>q1</guid><title>Introducing Harbinger 9B</title><pubDate>Mon, 05 Jan 2026 10:00:00 GMT</pubDate>
<description>Quay Labs releases Harbinger 9B, an open model with 9 billion parameters under the Apache-2.0
license. Its weights can be downloaded today.</description></item>
<item><guid>q2</guid><title>Join our meetup in Porto</title>
<description>An evening of talks. Register now.</description></item>
</channel></rss>"""

    def test_the_entries_of_a_feed_are_announcements_of_their_own(self):
        feed = self.server.submit_and_read(self.FEED, media_type="application/rss+xml")
        self.assertEqual(feed["state"], "split")
        self.server.settle()
        release, meetup = (self.api.announcement(entry) for entry in feed["entries"])
        self.assertEqual((release["state"], release["tools"]), ("recorded", ["harbinger-9b"]))
        self.assertEqual(meetup["state"], "rejected")


class Decisions(ServerCase):
    def test_a_decision_on_other_content_is_refused(self):
        comparison = self.drafted_pair(model_card(40), model_card(41))
        answer = self.api.decide(comparison["id"], "approve", "0" * 64)
        self.assertEqual(answer.status, 409, answer.text)
        self.assertEqual(self.server.read(f"/compare/{comparison['id']}").status, 404)

    def test_changed_content_voids_the_approval_and_keeps_the_page(self):
        comparison = self.approved_pair(model_card(42), model_card(43))
        path = f"/compare/{comparison['id']}"
        before = self.server.read(path).body
        changed = re.sub(rb"up to \d+ tokens", b"up to 1000000 tokens", model_card(42))
        self.record(changed)
        self.server.settle()
        after = self.api.comparison(comparison["id"])
        self.assertNotEqual(after["content_hash"], comparison["content_hash"])
        self.assertEqual(after["state"], "drafted")
        self.assertEqual(self.server.read(path).body, before)
        stale = self.api.decide(comparison["id"], "approve", comparison["content_hash"])
        self.assertEqual(stale.status, 409)

    def test_a_rejection_needs_a_reason(self):
        comparison = self.drafted_pair(model_card(44), model_card(45))
        how = (comparison["id"], "reject", comparison["content_hash"])
        self.assertEqual(self.api.decide(*how).status, 400)
        answer = self.api.decide(*how, reason="too thin")
        self.assertEqual((answer.status, answer.json["state"]), (200, "rejected"))


class Limits(ServerCase):
    def test_a_document_over_two_mebibytes_is_refused(self):
        answer = self.api.submit(b"# Release\n" + b"x" * (2 << 20))
        self.assertEqual(answer.status, 413)

    def test_what_is_not_there_is_not_found(self):
        for path in ("/announcements/ann-000000000000000000000000", "/tools/no-such", "/comparisons/a-vs-b"):
            self.assertEqual(self.api.call("GET", path).status, 404, path)

    def test_broken_json_is_a_bad_request(self):
        answer = self.api.call("POST", "/comparisons", b"{", {"Content-Type": "application/json"})
        self.assertEqual(answer.status, 400)
        self.assertIn("error", answer.json)


if __name__ == "__main__":
    unittest.main()
