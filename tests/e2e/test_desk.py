"""The desk through a plain HTTP client: sign-in, cookie, CSRF token."""

import re
import unittest
import urllib.parse

from e2e.case import ServerCase
from support.announcements import model_card
from support.http_client import send


class Browser:
    """What a browser does with cookies and forms, and no more."""

    def __init__(self, port):
        self.port = port
        self.cookie = None

    def get(self, path):
        return self._send("GET", path)

    def post(self, path, form, origin=None):
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Origin": origin or f"http://localhost:{self.port}",
        }
        return self._send("POST", path, urllib.parse.urlencode(form), headers)

    def _send(self, method, path, body=None, headers=None):
        headers = {"Host": f"localhost:{self.port}", **(headers or {})}
        if self.cookie:
            headers["Cookie"] = self.cookie
        answer = send(self.port, method, path, body, headers)
        if "set-cookie" in answer.headers:
            self.cookie = answer.headers["set-cookie"].split(";")[0]
        return answer


def hidden(page, name):
    """The value of a hidden field."""
    return re.search(rf'name="{name}" value="([^"]+)"', page)[1]


class Desk(ServerCase):
    def link(self):
        """A fresh one-time link's path and query."""
        url = self.api.call("POST", "/desk-links").json["url"]
        return url[url.index("/desk") :]

    def signed_in(self):
        browser = Browser(self.server.port)
        token = hidden(browser.get(self.link()).text, "token")
        answer = browser.post("/desk/sign-in", {"token": token})
        self.assertEqual(answer.status, 303, answer.text)
        return browser

    def test_the_link_printed_at_start_signs_in(self):
        link = self.server.link_file.read_text().strip()
        self.assertEqual(self.server.link_file.stat().st_mode & 0o777, 0o600)
        browser = Browser(self.server.port)
        token = hidden(browser.get(link[link.index("/desk") :]).text, "token")
        self.assertEqual(browser.post("/desk/sign-in", {"token": token}).status, 303)
        self.assertEqual(browser.get("/desk").status, 200)

    def test_a_link_signs_in_once(self):
        link = self.link()
        token = hidden(Browser(self.server.port).get(link).text, "token")
        self.assertEqual(Browser(self.server.port).post("/desk/sign-in", {"token": token}).status, 303)
        self.assertEqual(Browser(self.server.port).post("/desk/sign-in", {"token": token}).status, 403)

    def test_without_a_session_the_desk_shows_nothing(self):
        answer = Browser(self.server.port).get("/desk")
        self.assertEqual((answer.status, answer.headers["location"]), (303, "/desk/sign-in"))

    def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(self):
        browser = Browser(self.server.port)
        token = hidden(browser.get(self.link()).text, "token")
        cookie = browser.post("/desk/sign-in", {"token": token}).headers["set-cookie"]
        self.assertIn("HttpOnly", cookie)
        self.assertIn("SameSite=Strict", cookie)

    def test_an_editor_approves_what_is_shown(self):
        comparison = self.drafted_pair(model_card(50), model_card(51))
        browser = self.signed_in()
        page = browser.get(f"/desk/comparisons/{comparison['id']}").text
        form = {name: hidden(page, name) for name in ("csrf", "content_hash", "request_id")}
        self.assertEqual(form["content_hash"], comparison["content_hash"])
        answer = browser.post(f"/desk/comparisons/{comparison['id']}/decisions", {**form, "decision": "approve"})
        self.assertEqual(answer.status, 303, answer.text)
        self.assertEqual(self.server.read(f"/compare/{comparison['id']}").status, 200)

    def test_a_forged_form_changes_nothing(self):
        comparison = self.drafted_pair(model_card(52), model_card(53))
        browser = self.signed_in()
        path = f"/desk/comparisons/{comparison['id']}/decisions"
        page = browser.get(f"/desk/comparisons/{comparison['id']}").text
        form = {"decision": "approve", "content_hash": comparison["content_hash"], "csrf": hidden(page, "csrf")}
        self.assertEqual(browser.post(path, {**form, "csrf": "guess"}).status, 403)
        self.assertEqual(browser.post(path, form, origin="http://evil.example").status, 403)
        self.assertEqual(self.server.read(f"/compare/{comparison['id']}").status, 404)

    def test_the_desk_shows_facts_evidence_and_verdicts(self):
        comparison = self.drafted_pair(model_card(54), model_card(55))
        page = self.signed_in().get(f"/desk/comparisons/{comparison['id']}").text
        for tool in comparison["tools"]:
            self.assertIn(tool["name"], page)
            self.assertIn(tool["license"], page)
        self.assertIn("Rule-based", page)


if __name__ == "__main__":
    unittest.main()
