"""A day's budget binds all reviewers together, over NATS."""

import http.server
import json
import threading
import unittest

from e2e.test_services import ServicesCase
from support import server
from support.announcements import model_card
from support.waiting import wait_until

# A thousand dollars a million tokens, in and out.
PRICE = 0.001
TOKENS = {"prompt_tokens": 900, "completion_tokens": 60, "total_tokens": 960}
BUDGET = 40


class Model(http.server.BaseHTTPRequestHandler):
    """Chat Completions that answers nonsense, for money; `server.calls` counts."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        with self.server.lock:
            self.server.calls += 1
        choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "No."}}
        body = {"id": "c1", "object": "chat.completion", "model": "small-1", "choices": [choice], "usage": TOKENS}
        data = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


class SharedBudget(ServicesCase):
    @classmethod
    def begin(cls):
        cls.model = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Model)
        cls.model.lock, cls.model.calls = threading.Lock(), 0
        threading.Thread(target=cls.model.serve_forever, daemon=True).start()
        cls.addClassCleanup(cls.model.server_close)
        cls.addClassCleanup(cls.model.shutdown)
        cls.services.tables = (
            f'[endpoints.small]\nurl = "openai:http://127.0.0.1:{cls.model.server_port}/v1"\nmodel = "small-1"\n'
            f"input_usd_per_million = {PRICE * 1e6}\noutput_usd_per_million = {PRICE * 1e6}\n"
            f"[budget]\nper_day_usd = {BUDGET}\n"
        )
        super().begin()

    def spent(self):
        return self.model.calls * TOKENS["total_tokens"] * PRICE

    def says_spent(self):
        """For the day, not until calls under way have settled."""
        said = self.api.call("GET", "/status").body.decode()
        return f"budget of ${BUDGET}.00 for today is spent" in said and "goes on at 00:00 UTC" in said

    def test_a_reviewer_with_an_empty_folder_has_no_budget_of_its_own(self):
        for number in range(12):
            self.api.call("POST", "/announcements", model_card(60 + number), {"Content-Type": "text/markdown"})
        wait_until(self.says_spent, "the budget is spent")
        self.assertLessEqual(self.spent(), BUDGET)
        self.services["reviewer"].stop()
        flags = ["--listen", f"127.0.0.1:{self.services.ports['reviewer']}"]
        second = self.services.add("second", "reviewer", flags).spawn().wait()
        self.addCleanup(second.stop)
        wait_until(self.says_spent, "the second says so too", server.START_SECONDS)
        self.assertLessEqual(self.spent(), BUDGET)
        self.assertGreater(self.spent(), BUDGET / 2)


if __name__ == "__main__":
    unittest.main()
