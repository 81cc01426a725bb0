"""The OpenAPI document, and the real answers against it."""

import hashlib
import hmac
import json
import os
import re
import shutil
import subprocess
import unittest
import urllib.parse

from e2e import test_hooks
from e2e.case import ServerCase
from e2e.test_watch import Host
from support import openapi
from support.announcements import model_card
from support.http_client import send
from support.server import run
from support.waiting import wait_until

BACKDATE_LOG = os.environ["SEAWORTHY_BACKDATE_LOG"]
CONFIG = """
public_url = "http://reviews.test:8080"
watch_host_seconds = 1
allowed_private_hosts = ["127.0.0.1:{port}"]

[hooks.wire]
signature = "generic"
secret_file = "{secret}"
"""
BOUNCE = b"""From: <>
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: message/delivery-status

Final-Recipient: rfc822; reader@example.org
Action: failed
Status: 5.1.1
--b--
"""
MCP = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}


class Description(ServerCase):
    @classmethod
    def prepare(cls):
        cls.host = Host()
        cls.addClassCleanup(cls.host.server_close)
        cls.addClassCleanup(cls.host.shutdown)
        secret = cls.folder / "wire.secret"
        secret.touch(mode=0o600)
        secret.write_text(test_hooks.GENERIC)
        cls.config = cls.folder / "seaworthy.toml"
        cls.config.write_text(CONFIG.format(port=cls.host.server_port, secret=secret))

    def setUp(self):
        self.document = send(self.server.port, "GET", "/api/v1/openapi.json").json
        self.answered = {}

    def ask(self, method, template, body=None, headers=None, token=True, query="", **parts):
        """One call; its answer, which is as the document says."""
        path = template.format(**parts) + query
        fields = dict(headers or {})
        if token:
            fields.setdefault("Authorization", f"Bearer {self.api.token}")
        if isinstance(body, (dict, list)):
            body = json.dumps(body).encode()
            fields.setdefault("Content-Type", "application/json")
        answer = send(self.server.port, method, path, body, fields)
        self.assertEqual(openapi.answer_faults(self.document, template, method, answer), [])
        self.answered.setdefault((method, template), set()).add(answer.status)
        return answer

    def test_the_document_is_openapi_3_1(self):
        self.assertRegex(self.document["openapi"], r"^3\.1\.")
        self.assertEqual(openapi.document_faults(self.document), [])

    def test_a_broken_document_is_found_out(self):
        self.document["paths"]["/api/v1/tools"]["get"]["responses"]["200"].pop("description")
        self.document["paths"]["/api/v1/tools/{id}"]["get"]["parameters"] = []
        self.document["paths"]["/api/v1/panel"]["get"]["responses"]["401"] = {"$ref": "#/components/responses/None"}
        self.assertGreaterEqual(len(openapi.document_faults(self.document)), 3)

    def test_answers_are_as_the_document_says(self):
        api = "/api/v1"
        self.read_and_write(api)
        self.webhooks(api)
        self.subscribers(api)
        self.pushed(api)
        self.mcp()
        self.edition(api)
        self.faults(api)
        for path, method, _ in openapi.operations(self.document):
            statuses = self.answered.get((method, path), set())
            self.assertTrue(any(200 <= s < 300 for s in statuses), f"{method} {path}: {statuses}")

    def read_and_write(self, api):
        comparison = self.drafted_pair(model_card(70), model_card(71))
        pair, tool = comparison["id"], comparison["tools"][0]["id"]
        submitted = self.ask("POST", api + "/announcements", model_card(72), {"Content-Type": "text/markdown"}).json
        self.ask("POST", api + "/comparisons", {"tools": pair.split("-vs-")})
        verdict = comparison["tools"][0]["verdicts"][0]
        amendment = {"kind": "edit", "verdict_id": verdict["id"], "quote": verdict["quote"] + " So it says.",
                     "quote_hash": verdict["quote_hash"]}  # fmt: skip
        self.ask("POST", api + "/amendments", amendment)
        comparison = self.api.comparison(pair)
        decision = {"decision": "approve", "content_hash": comparison["content_hash"]}
        self.ask("POST", api + "/comparisons/{id}/decisions", decision, id=pair)
        self.ask("POST", api + "/sources", {"action": "put", "url": "https://feeds.example/a", "kind": "feed", "paused": True})
        self.ask("POST", api + "/desk-links", b"")
        rejected = self.server.submit_and_read(b"Minutes. Nothing else.\n")
        self.ask("POST", api + "/announcements/{id}/retry", model_card(73), id=rejected["announcement_id"])
        self.server.settle()
        for token in (True, False):
            for path in ("/tools", "/comparisons", "/predictions", "/changes", "/corrections", "/editions", "/status"):
                self.ask("GET", api + path, token=token)
            self.ask("GET", api + "/tools/{id}", token=token, id=tool)
            self.ask("GET", api + "/comparisons/{id}", token=token, id=pair)
            self.ask("GET", api + "/search", token=token, query="?q=" + tool.split("-")[0])
        self.ask("GET", api + "/openapi.json")
        for path in ("/announcements", "/sources", "/panel"):
            self.ask("GET", api + path)
        self.ask("GET", api + "/announcements/{id}", id=submitted["announcement_id"])
        self.ask("GET", api + "/tools", query="?limit=1")

    def webhooks(self, api):
        made = self.ask("POST", api + "/webhooks", {"url": "https://receiver.example/in"}).json
        self.ask("GET", api + "/webhooks")
        self.ask("GET", api + "/webhooks/{id}", id=made["id"])
        self.ask("POST", api + "/webhooks/{id}/test", b"", id=made["id"])
        self.ask("POST", api + "/webhooks/{id}/enable", b"", id=made["id"])
        self.assertEqual(self.ask("DELETE", api + "/webhooks/{id}", id=made["id"]).status, 204)
        self.assertEqual(self.ask("GET", api + "/webhooks/{id}", id=made["id"]).status, 404)

    def subscribers(self, api):
        address = {"address": "reader@example.org"}
        self.assertFalse(self.ask("POST", api + "/subscribers/export", address).json["known"])
        self.assertEqual(self.ask("POST", api + "/subscribers/erase", address).status, 204)
        self.assertEqual(self.ask("POST", api + "/subscribers/erase", {"address": "none"}).status, 400)

    def pushed(self, api):
        """What machines send that have no token, or no JSON."""
        for status, state in ((202, "received"), (200, "repeated")):
            answer = self.ask("POST", api + "/hooks/{source}", model_card(74),
                              {"Content-Type": "text/markdown", **test_hooks.sign(model_card(74), "msg_1")}, False, source="wire")
            self.assertEqual((answer.status, answer.json["state"]), (status, state))
        self.websub(api)
        self.assertEqual(self.ask("POST", api + "/bounces", BOUNCE, {"Content-Type": "message/rfc822"}).status, 200)

    def websub(self, api):
        self.host.pages["/feed.xml"] = (200, "application/rss+xml", self.host.feed(hub=True))
        self.host.pages["/hub"] = (202, "text/plain", "")
        self.ask("POST", api + "/sources",
                 {"action": "put", "source_id": "pushed", "url": f"{self.host.origin}/feed.xml", "kind": "feed"})  # fmt: skip
        form = wait_until(self.host.subscription, "the hub is asked")
        question = {"hub.mode": "subscribe", "hub.topic": form["hub.topic"][0], "hub.challenge": "42", "hub.lease_seconds": 864000}
        path = api + "/websub/{source}"
        answer = self.ask("GET", path, token=False, query="?" + urllib.parse.urlencode(question), source="pushed")
        self.assertEqual((answer.status, answer.text), (200, "42"))
        feed = self.host.feed(("gull", "Gull 2.0", "Gull 2.0 released", "")).encode()
        signature = "sha256=" + hmac.new(form["hub.secret"][0].encode(), feed, hashlib.sha256).hexdigest()
        headers = {"Content-Type": "application/rss+xml", "X-Hub-Signature": signature}
        self.assertEqual(self.ask("POST", path, feed, headers, False, source="pushed").status, 202)

    def edition(self, api):
        """What was approved before became public last week; its edition goes out."""
        self.server.stop()
        subprocess.run([BACKDATE_LOG, self.server.data / "log", "7"], check=True, timeout=60)
        shutil.rmtree(self.server.data / "store")  # Made anew from the log.
        self.server.start()
        listed = ("edition", "list", "--data", self.server.data)
        week = wait_until(lambda: re.search(r"\d{4}-W\d\d", run(*listed).out), "last week is drafted")[0]
        shown = run("edition", "show", week, "--data", self.server.data).out
        content_hash = re.search(r"\b[0-9a-f]{64}\b", shown)[0]
        done = run("edition", "approve", week, "--hash", content_hash, "--data", self.server.data)
        self.assertEqual(done.code, 0, done.err)
        self.assertEqual(self.ask("GET", api + "/editions/{id}", token=False, id=week).json["id"], week)
        self.assertEqual(len(self.ask("GET", api + "/editions").json["editions"]), 1)

    def mcp(self):
        for body, status in (
            ({"jsonrpc": "2.0", "id": 1, "method": "tools/list"}, 200),
            ([{"jsonrpc": "2.0", "id": 1, "method": "ping"}], 200),
            ({"jsonrpc": "2.0", "method": "notifications/initialized"}, 202),
        ):
            self.assertEqual(self.ask("POST", "/mcp", body, MCP, token=False).status, status)
        self.assertEqual(self.ask("POST", "/mcp", b"{", MCP, token=False).status, 400)
        self.assertEqual(self.ask("POST", "/mcp", b"{}", {**MCP, "Origin": "https://evil.example"}, False).status, 403)
        self.assertEqual(self.ask("POST", "/mcp", b"{}", {"Content-Type": "text/plain"}, token=False).status, 415)

    def faults(self, api):
        self.assertEqual(self.ask("GET", api + "/tools", query="?limit=0").status, 400)
        self.assertEqual(self.ask("GET", api + "/tools/{id}", id="nothing").status, 404)
        self.assertEqual(self.ask("GET", api + "/panel", token=False).status, 401)
        self.assertEqual(self.ask("POST", api + "/webhooks", {"url": "x"}).status, 400)
        self.assertEqual(self.ask("GET", api + "/editions/{id}", id="1999-W01").status, 404)
        self.assertEqual(self.ask("POST", api + "/amendments", {"kind": "edit"}).status, 400)


if __name__ == "__main__":
    unittest.main()
