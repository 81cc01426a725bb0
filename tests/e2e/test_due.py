"""What comes due: schedules, embargoes and predictions, seen on desk and site. No test waits: the log is made older."""

import datetime
import json
import pathlib
import shutil
import tempfile
import unittest

from e2e.test_desk import Browser, hidden
from support.server import Server
from support.waiting import wait_until

PERSONAS = ["dx", "competitor", "futurist", "business"]


def day(days):
    """A day of UTC, counted from today."""
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)).strftime("%Y-%m-%d")


def card(name):
    text = f"Tern Systems releases {name}, a command-line tool that joins large CSV files, under the MIT license."
    return f"---\nlicense: mit\n---\n# {name}\n\n{text}\n".encode()


def recording(due):
    """A verdict with a prediction."""
    sentence = "It joins large files as the announcement says."
    prediction = f"By {due} somebody else does the same."
    claim = {"text": prediction, "kind": "prediction", "due_date": due, "probability": 0.4, "decided_by": "Its public page on that day"}
    return {"vote": "ship", "confidence": 0.6, "quote": f"{sentence} {prediction}", "claims": [claim], "flip": "A price.",
            "model": "written for the test"}


class DueCase(unittest.TestCase):
    """A server whose reviewers predict something for `dues`, tool by tool."""

    tools = ["harrier", "kittiwake", "merganser", "shearwater"]
    dues = [day(-1), day(0), day(3), day(30)]

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="seaworthy-due-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        for tool, due in zip(self.tools, self.dues):
            (self.folder / "answers" / tool).mkdir(parents=True)
            for persona in PERSONAS:
                (self.folder / "answers" / tool / f"{persona}.json").write_text(json.dumps(recording(due)))
        self.server = Server(self.folder, endpoint=f"replay:{self.folder / 'answers'}")
        self.addCleanup(self.server.stop)
        self.server.start()
        for tool in self.tools:
            self.assertEqual(self.server.submit_and_read(card(tool.title()))["tools"], [tool])
        self.server.settle()
        self.sign_in()

    def sign_in(self):
        self.desk = Browser(self.server.port)
        url = self.server.api.call("POST", "/desk-links").json["url"]
        token = hidden(self.desk.get(url[url.index("/desk") :]).text, "token")
        self.assertEqual(self.desk.post("/desk/sign-in", {"token": token}).status, 303)

    def days_pass(self, days):
        """The same server `days` later."""
        self.server.age(days)
        self.server.start()
        # What the log holds is read anew.
        self.server.settle()
        self.sign_in()

    def pair(self, a, b):
        """The id of a draft of two tools."""
        answer = self.server.api.call("POST", "/comparisons", {"tools": [a, b]})
        self.assertEqual(answer.status, 202, answer.text)
        self.server.settle()
        comparison = self.server.api.comparison(answer.json["id"])
        for verdict in (verdict for tool in comparison["tools"] for verdict in tool["verdicts"]):
            self.assertEqual([mark for mark in verdict["marks"] if mark["support"] != "supported"], [])
        return comparison["id"]

    def send(self, path, **form):
        """A form of a comparison's page."""
        page = self.desk.get(path.removesuffix("/decisions").removesuffix("/embargo")).text
        fields = {name: hidden(page, name) for name in ("csrf", "content_hash", "request_id")}
        return self.desk.post(path, {**fields, **form})

    def decide(self, pair, decision, **form):
        return self.send(f"/desk/comparisons/{pair}/decisions", decision=decision, **form)

    def embargo(self, pair, tool, until):
        answer = self.send(f"/desk/comparisons/{pair}/embargo", tool_id=tool, when=f"{until}T09:00", zone="UTC", reason="agreed",
                           action="set")
        self.assertEqual(answer.status, 303, answer.text)

    def public(self, pair):
        return self.server.read(f"/compare/{pair}").status


class Schedules(DueCase):
    def test_what_was_scheduled_becomes_public_when_its_time_has_come(self):
        pair = self.pair("harrier", "kittiwake")
        self.assertEqual(self.decide(pair, "schedule", when=f"{day(2)}T09:00", zone="UTC").status, 303)
        self.assertIn(pair, self.desk.get("/desk?state=scheduled").text)
        self.server.restart()
        self.assertEqual(self.public(pair), 404)
        self.days_pass(3)
        wait_until(lambda: self.public(pair) == 200, "it becomes public")
        self.assertNotIn(pair, self.desk.get("/desk?state=scheduled").text)
        self.assertIn(pair, self.desk.get("/desk/published").text)
        self.assertIn(f"/compare/{pair}", self.server.read("/").text)

    def test_where_the_checklist_does_not_hold_by_then_the_desk_says_why(self):
        pair = self.pair("harrier", "kittiwake")
        self.assertEqual(self.decide(pair, "schedule", when=f"{day(2)}T09:00", zone="UTC").status, 303)
        self.embargo(pair, "kittiwake", day(20))
        self.days_pass(3)
        wait_until(lambda: pair in self.desk.get("/desk?state=drafted").text, "it is to decide again")
        page = self.desk.get(f"/desk/comparisons/{pair}").text
        self.assertIn("Taken off the schedule", page)
        self.assertIn("under embargo", page)
        self.assertEqual(self.public(pair), 404)


class Embargoes(DueCase):
    def test_nothing_is_public_before_an_embargo_is_over_and_all_may_be_after(self):
        pair, other = self.pair("harrier", "kittiwake"), self.pair("merganser", "shearwater")
        self.embargo(pair, "harrier", day(2))
        answer = self.decide(pair, "approve")
        self.assertEqual(answer.status, 409, answer.text)
        self.assertIn("embargo", answer.text)
        self.assertEqual(self.decide(other, "approve").status, 303)
        self.assertIn(pair, self.desk.get("/desk?clean=no").text)
        self.days_pass(3)
        self.assertEqual(self.public(pair), 404)
        self.assertEqual(self.decide(pair, "approve").status, 303)
        self.assertEqual((self.public(pair), self.public(other)), (200, 200))


class Predictions(DueCase):
    def due(self, show="due"):
        """The tools of which something is shown."""
        page = self.desk.get(f"/desk/predictions?show={show}").text
        return [tool for tool in self.tools if f"/desk/tools/{tool}" in page]

    def test_those_whose_day_has_come_are_due_on_the_desk(self):
        self.assertEqual(self.due(), ["harrier", "kittiwake"])
        self.assertEqual(self.due("open"), self.tools)

    def test_what_an_editor_resolves_leaves_the_list_and_readers_see_how_it_came_out(self):
        pair = self.pair("harrier", "kittiwake")
        self.assertEqual(self.decide(pair, "approve").status, 303)
        page = self.desk.get("/desk/predictions").text
        for prediction in self.server.api.all("/predictions", "predictions"):
            if prediction["due_date"] != self.dues[0]:
                continue
            form = {"csrf": hidden(page, "csrf"), "request_id": f"r{prediction['id']}", "prediction_id": prediction["id"],
                    "outcome": "did-not", "source_url": "https://kittiwake.example/", "note": "Nobody did."}
            self.assertEqual(self.desk.post("/desk/predictions", form).status, 303)
        self.assertEqual((self.due(), self.due("resolved")), (["kittiwake"], ["harrier"]))
        self.assertIn("Nobody did.", self.server.read("/predictions/resolved").text)
        self.assertIn("kittiwake", self.server.read("/predictions").text)


if __name__ == "__main__":
    unittest.main()
