"""The OpenAPI document, and the real answers against it."""

import json
import unittest

from e2e.case import ServerCase
from support import openapi
from support.announcements import model_card
from support.http_client import send

MCP = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}


class Description(ServerCase):
    @classmethod
    def prepare(cls):
        cls.config = cls.folder / "seaworthy.toml"
        cls.config.write_text("watch = false\n")

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
        self.mcp()
        self.faults(api)
        silent = {"POST /api/v1/hooks/{source}", "GET /api/v1/websub/{source}", "POST /api/v1/websub/{source}",
                  "POST /api/v1/bounces", "GET /api/v1/editions/{id}", "POST /api/v1/amendments"}  # fmt: skip
        for path, method, _ in openapi.operations(self.document):
            if f"{method} {path}" in silent:
                continue
            statuses = self.answered.get((method, path), set())
            self.assertTrue(any(200 <= s < 300 for s in statuses), f"{method} {path}: {statuses}")

    def read_and_write(self, api):
        comparison = self.drafted_pair(model_card(70), model_card(71))
        pair, tool = comparison["id"], comparison["tools"][0]["id"]
        submitted = self.ask("POST", api + "/announcements", model_card(72), {"Content-Type": "text/markdown"}).json
        self.ask("POST", api + "/comparisons", {"tools": pair.split("-vs-")})
        decision = {"decision": "approve", "content_hash": comparison["content_hash"]}
        self.ask("POST", api + "/comparisons/{id}/decisions", decision, id=pair)
        self.ask("POST", api + "/sources", {"action": "put", "url": "https://feeds.example/a", "kind": "feed"})
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
