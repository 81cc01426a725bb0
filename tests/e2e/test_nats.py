"""The whole program over a log on NATS JetStream."""

import shutil

from e2e.case import NatsCase
from support.announcements import model_card


class Nats(NatsCase):
    def test_an_announcement_becomes_a_page_that_a_kill_of_both_keeps(self):
        comparison = self.approved_pair(model_card(80), model_card(81))
        before = self.everything()
        self.server.kill()
        self.nats.kill()
        self.nats.start()
        self.server.start()
        self.server.settle()
        self.assertEqual(self.everything(), before)
        self.assertEqual(self.server.read(f"/compare/{comparison['id']}").status, 200)

    def test_work_goes_on_when_the_broker_comes_back(self):
        self.nats.kill()
        self.nats.start()
        answer = self.api.submit(model_card(82), key="after-the-broker-was-away")
        self.assertEqual(answer.status, 202, answer.text)
        self.server.settle()
        self.assertEqual(self.api.announcement(answer.json["announcement_id"])["state"], "recorded")

    def test_the_state_is_made_anew_from_the_log(self):
        self.approved_pair(model_card(83), model_card(84))
        self.server.settle()
        before = self.everything()
        self.server.stop()
        shutil.rmtree(self.server.data / "store")
        self.server.start()
        self.server.settle()
        self.assertEqual(self.everything(), before)
