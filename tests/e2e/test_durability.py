"""What a restart, a rebuild and an export keep."""

import re
import unittest

from e2e.case import ServerCase
from e2e.test_desk import Browser, hidden
from support.announcements import model_card
from support.server import run


# What an export cannot hold: these answer to what is asked.
NEEDS_A_SERVER = {"/search"}


def file_of(path):
    """Where `seaworthy export` puts a page."""
    if path == "/":
        return "index.html"
    if path == "/404":
        return "404.html"
    return path[1:] if "." in path.rsplit("/", 1)[1] else path[1:] + "/index.html"


class Durability(ServerCase):
    def test_a_restart_keeps_everything(self):
        self.approved_pair(model_card(60), model_card(61))
        before = self.everything()
        self.assertEqual(self.server.stop(), 0)
        self.server.start()
        self.assertEqual(self.everything(), before)

    def test_a_kill_keeps_what_was_acknowledged(self):
        answer = self.api.submit(model_card(62), key="before-the-kill")
        self.server.kill()
        self.server.start()
        self.server.settle()
        announcement = self.api.announcement(answer.json["announcement_id"])
        self.assertEqual(announcement["state"], "recorded")
        self.assertEqual(self.api.submit(model_card(62), key="before-the-kill").json, answer.json)

    def test_rebuild_makes_the_same_state(self):
        self.approved_pair(model_card(63), model_card(64))
        before = self.everything()
        self.server.stop()
        for flags in (["--check"], []):
            done = run("rebuild", "--data", self.server.data, *flags)
            self.assertEqual(done.code, 0, done.out + done.err)
            hashes = dict(line.split(maxsplit=1) for line in done.out.splitlines())
            self.assertRegex(hashes["rebuilt"], "^[0-9a-f]{64}$")
            self.assertEqual(hashes["present"], hashes["rebuilt"])
        self.server.start()
        self.assertEqual(self.everything(), before)

    def test_rebuild_waits_for_nobody_while_the_server_runs(self):
        done = run("rebuild", "--check", "--data", self.server.data)
        self.assertEqual(done.code, 5, done.err)
        self.assertIn(str(self.server.data), done.err)

    def test_an_export_is_what_http_serves(self):
        comparison = self.approved_pair(model_card(65), model_card(66))
        out = self.folder / "public"
        done = run("export", out, "--data", self.server.data)
        self.assertEqual(done.code, 0, done.err)
        for path in ["/", f"/compare/{comparison['id']}"] + [f"/tools/{t['id']}" for t in comparison["tools"]]:
            self.assertEqual((out / file_of(path)).read_bytes(), self.server.read(path).body, path)
        self.assertEqual((out / "404.html").read_bytes(), self.server.read("/no-such-page").body)
        for asset in out.rglob("*.css"):
            self.assertEqual(asset.read_bytes(), self.server.read("/" + str(asset.relative_to(out))).body)

    def test_every_link_of_an_export_leads_to_a_file(self):
        comparison = self.approved_pair(model_card(69), model_card(70))
        self.correct(comparison["tools"][0]["id"], 51)
        out = self.folder / "linked"
        self.assertEqual(run("export", out, "--data", self.server.data).code, 0)
        self.assertTrue((out / "corrections/2/index.html").is_file())
        broken = set()
        for page in out.rglob("*.html"):
            for link in re.findall(r'(?:href|src)="(/[^"?#]*)', page.read_text()):
                if not (out / file_of(link)).is_file():
                    broken.add(link)
        self.assertEqual(broken - NEEDS_A_SERVER, set())

    def correct(self, tool, times):
        """Corrects a public fact that often."""
        desk = Browser(self.server.port)
        url = self.api.call("POST", "/desk-links").json["url"]
        token = hidden(desk.get(url[url.index("/desk") :]).text, "token")
        self.assertEqual(desk.post("/desk/sign-in", {"token": token}).status, 303)
        csrf = hidden(desk.get("/desk").text, "csrf")
        for number in range(times):
            form = {"csrf": csrf, "request_id": f"correction-{number}", "tool_id": tool, "field": "license",
                    "values": f"Licence {number}", "note": f"It was licence {number}.", "back": "/desk"}  # fmt: skip
            answer = desk.post("/desk/corrections", form)
            self.assertEqual(answer.status, 303, answer.text)

    def test_an_export_forgets_what_was_withdrawn(self):
        comparison = self.approved_pair(model_card(67), model_card(68))
        out = self.folder / "public-again"
        self.assertEqual(run("export", out, "--data", self.server.data).code, 0)
        page = out / file_of(f"/compare/{comparison['id']}")
        self.assertTrue(page.exists())
        self.api.decide(comparison["id"], "withdraw", comparison["content_hash"], reason="retired")
        self.assertEqual(run("export", out, "--data", self.server.data).code, 0)
        self.assertFalse(page.exists())


if __name__ == "__main__":
    unittest.main()
