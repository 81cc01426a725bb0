"""Webhooks against the real program, signed as their senders sign them."""

import base64
import hashlib
import hmac
import json
import os
import time
import unittest

from e2e.case import ServerCase
from support.http_client import send
from support.waiting import wait_until

OLD, NEW, GENERIC = ("old-secret-0123456789abcdef", "new-secret-0123456789abcdef", "generic-secret-0123456789")
CONFIG = """
[hooks.acme]
signature = "github"
secret_file = ["{new}", "{old}"]
tier = "vendor"

[hooks.wire]
signature = "generic"
secret_file = "{generic}"
"""


def release_event(action="published", notes="Tern reads CSV faster.", release_id=4711):
    return {
        "action": action,
        "release": {
            "id": release_id,
            "name": "Tern 1.2",
            "tag_name": "v1.2.0",
            "body": notes,
            "draft": False,
            "published_at": "2026-11-20T09:14:00Z",
            "html_url": "https://github.com/acme/tern/releases/tag/v1.2.0",
        },
        "repository": {"name": "tern", "full_name": "acme/tern", "html_url": "https://github.com/acme/tern"},
    }


NOTES = (
    "Acme releases Tern 1.2, a command-line library for joining large CSV files, under the Apache 2.0 license.\n\n"
    "- Joins are twice as fast.\n- Install it with `pip install tern`.\n"
)


def sign(body, message, at=None, secret=GENERIC):
    """The headers by which Standard Webhooks signs a body."""
    at = str(int(at or time.time()))
    mac = hmac.new(secret.encode(), f"{message}.{at}.".encode() + body, hashlib.sha256).digest()
    return {"webhook-id": message, "webhook-timestamp": at, "webhook-signature": "v1," + base64.b64encode(mac).decode()}


class HookCase(ServerCase):
    @classmethod
    def prepare(cls):
        paths = {}
        for name, secret in (("old", OLD), ("new", NEW), ("generic", GENERIC)):
            path = cls.folder / f"{name}.secret"
            path.write_text(secret + "\n")
            os.chmod(path, 0o600)
            paths[name] = path
        cls.config = cls.folder / "seaworthy.toml"
        cls.config.write_text(CONFIG.format(**paths))

    def post(self, source, body, headers):
        return send(self.server.port, "POST", f"/api/v1/hooks/{source}", body, headers)

    def github(self, event, payload, secret=NEW, delivery="72d3162e-cc78-11e3-81ab-4c9367dc0958", signed=None):
        body = json.dumps(payload).encode()
        mac = hmac.new(secret.encode(), body if signed is None else signed, hashlib.sha256).hexdigest()
        headers = {"X-GitHub-Event": event, "X-GitHub-Delivery": delivery, "Content-Type": "application/json"}
        return self.post("acme", body, {**headers, "X-Hub-Signature-256": f"sha256={mac}"})

    def generic(self, body, message="msg_1", at=None, content_type="text/markdown", secret=GENERIC):
        return self.post("wire", body, {"Content-Type": content_type, **sign(body, message, at, secret)})

    def source(self, source_id):
        return next(s for s in self.api.all("/sources", "sources") if s["source_id"] == source_id)

    def read(self, answer):
        """The announcement once it was read."""
        announcement_id = answer.json["announcement_id"]

        def done():
            announcement = self.api.announcement(announcement_id)
            return announcement if announcement["state"] != "received" else None

        return wait_until(done, f"{announcement_id} is read")


class GitHub(HookCase):
    def test_a_release_becomes_a_tool_and_a_redelivery_nothing(self):
        first = self.github("release", release_event(notes=NOTES))
        self.assertEqual((first.status, first.json["state"]), (202, "received"), first.text)
        announcement = self.read(first)
        self.assertEqual(announcement["state"], "recorded", announcement["reason"])
        tool = self.api.tool(announcement["tools"][0])
        self.assertIn("Tern", tool["name"])
        self.assertEqual(tool["license"], "Apache-2.0")
        again = self.github("release", release_event(notes=NOTES))
        other_event = self.github("release", release_event("released", NOTES), delivery="another")
        for answer in (again, other_event):
            self.assertEqual((answer.status, answer.json["state"]), (200, "repeated"), answer.text)
            self.assertEqual(answer.json["announcement_id"], first.json["announcement_id"])

    def test_an_edited_release_is_a_state_of_the_same_tool(self):
        first = self.read(self.github("release", release_event(notes=NOTES, release_id=99)))
        edited = NOTES + "- Reads up to 4 files at once.\n"
        second = self.read(self.github("release", release_event("edited", edited, release_id=99)))
        self.assertNotEqual(first["announcement_id"], second["announcement_id"])
        self.assertEqual(first["tools"], second["tools"])

    def test_pings_are_answered_and_other_events_ignored(self):
        self.assertEqual(self.github("ping", {"zen": "x"}).json, {"state": "pong"})
        answer = self.github("push", {"ref": "main"})
        self.assertEqual((answer.status, answer.json["state"]), (202, "ignored"))

    def test_both_secrets_are_good_while_one_replaces_the_other(self):
        self.assertEqual(self.github("ping", {}, secret=OLD).status, 200)
        self.assertEqual(self.github("ping", {}, secret=NEW).status, 200)
        self.assertEqual(self.github("ping", {}, secret=GENERIC).status, 401)

    def test_a_changed_body_and_an_unknown_source_get_the_same_answer(self):
        changed = self.github("release", release_event(notes="changed"), signed=b"{}")
        unknown = self.post("nobody", b"{}", {"X-Hub-Signature-256": "sha256=" + "0" * 64})
        unsigned = self.post("acme", b"{}", {})
        with_token = self.post("acme", b"{}", {"Authorization": f"Bearer {self.api.token}"})
        self.assertEqual({a.status for a in (changed, unknown, unsigned, with_token)}, {401})
        self.assertEqual(len({a.body for a in (changed, unknown, unsigned, with_token)}), 1)

    def test_no_secret_and_no_signature_is_logged(self):
        self.github("release", release_event(), secret="wrong-secret-0123456789")
        log = self.server.log.read_text()
        self.assertIn("webhook acme", log)
        for secret in (OLD, NEW, GENERIC, "wrong-secret-0123456789", "sha256="):
            self.assertNotIn(secret, log)


    def test_a_webhook_is_a_source_that_can_be_paused(self):
        self.github("release", release_event(notes=NOTES, release_id=7))
        source = self.source("acme")
        self.assertEqual((source["kind"], source["tier"], source["outcome"]), ("webhook", "vendor", "new_entries"))
        self.api.call("POST", "/sources", {"action": "pause", "source_id": "acme"})
        refused = self.github("release", release_event(notes=NOTES, release_id=8))
        self.assertEqual(refused.status, 409, refused.text)
        self.assertIn("resume", refused.json["error"]["message"])
        self.api.call("POST", "/sources", {"action": "resume", "source_id": "acme"})
        self.assertEqual(self.github("release", release_event(notes=NOTES, release_id=8)).status, 202)


class Generic(HookCase):
    def test_a_document_is_recorded_once_however_often_it_is_sent(self):
        body = b"# Plover 2B\n\nTern Systems releases Plover 2B, a 2-billion-parameter language model, under MIT.\n"
        at = time.time()
        first = self.generic(body, "msg_doc", at)
        self.assertEqual((first.status, first.json["state"]), (202, "received"), first.text)
        self.assertEqual(self.read(first)["state"], "recorded")
        for _ in range(3):
            again = self.generic(body, "msg_doc", at)
            self.assertEqual((again.status, again.json["state"]), (200, "repeated"), again.text)

    def test_the_json_form_names_source_and_title(self):
        body = {"document": "Basalt AI releases Avocet 7B, a 7-billion-parameter language model, under Apache 2.0.",
                "media_type": "text/markdown", "title": "Avocet 7B is out", "entry_key": "avocet",
                "source_url": "https://basalt.example/avocet"}
        answer = self.generic(json.dumps(body).encode(), "msg_json", content_type="application/json")
        announcement = self.read(answer)
        self.assertEqual(announcement["state"], "recorded", announcement["reason"])
        self.assertEqual(announcement["source_url"], "https://basalt.example/avocet")

    def test_messages_of_another_time_are_refused(self):
        for off in (-400, 400):
            answer = self.generic(b"x", "msg_time", time.time() + off)
            self.assertEqual(answer.status, 400, answer.text)
            self.assertIn("5 minutes", answer.json["error"]["message"])

    def test_deep_json_and_odd_members_are_told_what_to_change(self):
        deep = b'{"document": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
        for body, says in ((deep, "deeper"), (b'{"text": "x"}', "members"), (b"[1]", "JSON object")):
            answer = self.generic(body, "msg_bad", content_type="application/json")
            self.assertEqual(answer.status, 400, answer.text)
            self.assertIn(says, answer.json["error"]["message"])

    def test_a_hook_survives_a_restart_and_still_knows_what_came(self):
        body = b"# Siskin 3B\n\nQuayside Computing releases Siskin 3B, a 3-billion-parameter model, under MIT.\n"
        at = time.time()
        first = self.generic(body, "msg_restart", at)
        self.server.restart()
        again = self.generic(body, "msg_restart", at)
        self.assertEqual(again.json["announcement_id"], first.json["announcement_id"])
        self.assertEqual(again.json["state"], "repeated")


if __name__ == "__main__":
    unittest.main()
