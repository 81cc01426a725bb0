"""Webhooks that go out: the real program and a real receiver."""

import time
import unittest

from e2e.case import ServerCase
from support.announcements import model_card
from support.receiver import Receiver, is_signed
from support.waiting import wait_until


class WebhooksOut(ServerCase):
    @classmethod
    def prepare(cls):
        cls.receiver = Receiver()
        cls.addClassCleanup(cls.receiver.close)
        cls.config = cls.folder / "seaworthy.toml"
        cls.config.write_text(f'watch = false\nallowed_private_hosts = ["127.0.0.1:{cls.receiver.port}"]\n')

    def setUp(self):
        self.receiver.status = 200
        self.receiver.received.clear()
        answer = self.api.call("POST", "/webhooks", {"url": f"http://127.0.0.1:{self.receiver.port}/in"})
        self.assertEqual(answer.status, 201, answer.text)
        self.hook, self.secret = answer.json["id"], answer.json["secret"]
        self.addCleanup(lambda: self.api.call("DELETE", f"/webhooks/{self.hook}"))

    def state(self):
        return self.api.call("GET", f"/webhooks/{self.hook}").json

    def wait_for(self, count):
        wait_until(lambda: len(self.receiver.received) >= count, f"{count} deliveries", 30)

    def test_a_publication_and_its_withdrawal_are_told_signed(self):
        comparison = self.approved_pair(model_card(50), model_card(51))
        self.wait_for(1)
        headers, body = self.receiver.received[0]
        self.assertTrue(is_signed(headers, body, self.secret))
        self.assertLess(abs(int(headers["webhook-timestamp"]) - time.time()), 60)
        event = self.receiver.events[0]
        self.assertEqual((event["type"], event["data"]["comparison"]), ("comparison.published", comparison["id"]))
        self.assertEqual(event["data"]["content_hash"], comparison["content_hash"])
        self.api.decide(comparison["id"], "withdraw", comparison["content_hash"], "it was a mistake")
        self.wait_for(2)
        self.assertEqual(self.receiver.events[1]["type"], "comparison.withdrawn")
        self.assertGreater(self.receiver.events[1]["data"]["sequence"], event["data"]["sequence"])

    def test_the_secret_is_shown_once(self):
        self.assertNotIn("secret", self.state())
        self.assertNotIn(self.secret, self.api.call("GET", "/webhooks").text)
        self.assertNotIn(self.secret, self.server.log.read_text())

    def test_a_failed_delivery_survives_kill_9_and_comes_again_under_its_id(self):
        self.receiver.status = 500
        self.approved_pair(model_card(52), model_card(53))
        self.wait_for(1)
        wait_until(lambda: self.state()["failures"] >= 1, "the failure is noted")
        self.server.kill()
        self.receiver.status = 200
        self.server.start()
        self.wait_for(2)
        ids = {headers["webhook-id"] for headers, _ in self.receiver.received}
        self.assertEqual(len(ids), 1, "nothing was lost, nothing invented")
        wait_until(lambda: self.state()["waiting"] == 0, "the delivery is settled")
        self.assertEqual(self.state()["failures"], 0)

    def test_gone_disables(self):
        self.receiver.status = 410
        self.api.call("POST", f"/webhooks/{self.hook}/test", b"")
        wait_until(lambda: self.state()["state"] == "disabled", "it is disabled")
        self.receiver.status = 200
        self.assertEqual(self.api.call("POST", f"/webhooks/{self.hook}/enable", b"").status, 200)
        self.wait_for(2)
        self.assertEqual(self.receiver.events[1]["type"], "ping")

    def test_private_addresses_are_refused(self):
        other = Receiver()
        self.addCleanup(other.close)
        for url in (f"http://127.0.0.1:{other.port}/", f"http://localhost:{other.port}/", "http://169.254.169.254/x"):
            hook = self.api.call("POST", "/webhooks", {"url": url}).json["id"]
            self.api.call("POST", f"/webhooks/{hook}/test", b"")
            state = wait_until(
                lambda path=f"/webhooks/{hook}": (s := self.api.call("GET", path).json)["last_error"] and s, "it is refused"
            )
            self.assertIn("address_forbidden", state["last_error"])
            self.api.call("DELETE", f"/webhooks/{hook}")
        self.assertEqual(other.received, [])


if __name__ == "__main__":
    unittest.main()
