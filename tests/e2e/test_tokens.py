"""`seaworthy token`, and what tokens may do, against the real program."""

import json
import unittest

from e2e.case import ServerCase
from support.announcements import model_card
from support.http_client import Api, send
from support.server import run


class Tokens(ServerCase):
    def token(self, *arguments):
        done = run("token", *arguments, "--data", self.server.data)
        self.assertEqual(done.code, 0, done.err)
        return done

    def make(self, name, *scopes):
        """A new token: the API with it, and its id."""
        flags = [flag for scope in scopes for flag in ("--scope", scope)]
        secret = self.token("add", name, *flags).out.strip()
        return Api(self.server.port, secret), secret[3:11]

    def test_a_token_may_what_its_scopes_say(self):
        api, _ = self.make("in-bot", "ingest")
        self.assertEqual(api.submit(model_card(40)).status, 202)
        answer = api.call("POST", "/desk-links", b"")
        self.assertEqual((answer.status, answer.json["code"]), (403, "insufficient_scope"))
        self.assertEqual(answer.headers["content-type"], "application/problem+json")

    def test_revoking_takes_effect_at_once(self):
        api, token_id = self.make("short", "read")
        self.assertEqual(api.call("GET", "/panel").status, 200)
        self.token("revoke", token_id)
        self.assertEqual(api.call("GET", "/panel").status, 401)
        self.assertEqual(run("token", "revoke", token_id, "--data", self.server.data).code, 1)

    def test_lists_never_hold_the_token(self):
        api, token_id = self.make("listed", "read", "sources")
        listed = json.loads(self.token("list", "--json").out)["tokens"]
        row = next(t for t in listed if t["id"] == token_id)
        self.assertEqual((row["name"], row["scopes"]), ("listed", ["read", "sources"]))
        self.assertNotIn(api.token[12:], json.dumps(listed))
        self.assertIn("listed", self.token("list").out)

    def test_a_token_made_while_no_server_runs_holds(self):
        self.server.stop()
        api, _ = self.make("offline-made", "read")
        self.server.start()
        api.port = self.server.port
        self.assertEqual(api.call("GET", "/panel").status, 200)

    def test_wrong_use_is_told(self):
        done = run("token", "add", "x", "--scope", "everything", "--data", self.server.data)
        self.assertEqual(done.code, 1)
        self.assertIn("there are read, ingest", done.err)


class Limits(ServerCase):
    @classmethod
    def prepare(cls):
        cls.config = cls.folder / "seaworthy.toml"
        cls.config.write_text("[api]\nanonymous_per_minute = 40\ntoken_per_minute = 60\n")

    def test_calls_are_limited_and_say_so(self):
        statuses = [send(self.server.port, "GET", "/api/v1/status") for _ in range(45)]
        refused = [a for a in statuses if a.status == 429]
        self.assertTrue(refused)
        self.assertGreaterEqual(int(refused[0].headers["retry-after"]), 1)
        self.assertIn("q=40", refused[0].headers["ratelimit-policy"])
        for _ in range(100):  # The operator's own token.
            self.assertEqual(self.api.call("GET", "/status").status, 200)


if __name__ == "__main__":
    unittest.main()
