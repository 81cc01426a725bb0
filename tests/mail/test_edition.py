"""The edition through the real program and a real SMTP server with TLS: asked for, confirmed, drafted, approved, sent."""

import collections
import email
import email.policy
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import tempfile
import threading
import unittest
import urllib.parse

from e2e.test_desk import Browser, hidden
from mail.smtp_server import Inbox, SmtpServer, certificate
from support.announcements import model_card
from support.http_client import send
from support.server import TOKEN, Server, run
from support.waiting import wait_until

PROBE = os.environ["SEAWORTHY_MAIL_PROBE"]
READERS = 12
BACKDATE_LOG = os.environ["SEAWORTHY_BACKDATE_LOG"]


class EditionCase(unittest.TestCase):
    """A server that published a comparison last week, and a mail server that takes mail by TLS only."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="seaworthy-edition-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        context, pem = certificate(self.folder)
        self.inbox = Inbox()
        self.smtp = SmtpServer(self.inbox, tls_context=context, require_starttls=True)
        self.smtp.start()
        self.addCleanup(self.smtp.stop)
        config = self.folder / "seaworthy.toml"
        config.write_text(f'[mail]\nurl = "smtp://127.0.0.1:{self.smtp.port}"\nfrom = "Seaworthy <edition@example.org>"\n'
                          f'ca_file = "{pem}"\nper_second = 500\n')
        self.server = Server(self.folder, config=config)
        self.addCleanup(self.server.stop)
        self.publish_last_week()

    def publish_last_week(self):
        self.server.start()
        a = self.server.submit_and_read(model_card(1))["tools"][0]
        b = self.server.submit_and_read(model_card(2))["tools"][0]
        answer = self.server.api.call("POST", "/comparisons", {"tools": [a, b]})
        self.server.settle()
        comparison = self.server.api.comparison(answer.json["id"])
        answer = self.server.api.decide(comparison["id"], "approve", comparison["content_hash"])
        self.assertEqual(answer.status, 200, answer.text)
        self.pair = comparison["id"]
        self.server.stop()
        subprocess.run([BACKDATE_LOG, self.server.data / "log", "7"], check=True, timeout=60)
        shutil.rmtree(self.server.data / "store")  # Made anew from the log.

    def reader(self):
        return Browser(self.server.port)

    def editor(self):
        url = self.server.api.call("POST", "/desk-links").json["url"]
        browser = self.reader()
        token = hidden(browser.get(url[url.index("/desk") :]).text, "token")
        self.assertEqual(browser.post("/desk/sign-in", {"token": token}).status, 303)
        return browser

    def draft(self, editor):
        """The path of the edition that was drafted."""

        def drafted():
            found = re.search(r'/desk/edition/\d{4}-W\d\d', editor.get("/desk/edition").text)
            return found and found[0]

        return wait_until(drafted, "last week is drafted")

    def approve(self, editor, path):
        page = editor.get(path).text
        form = {"csrf": hidden(page, "csrf"), "content_hash": hidden(page, "content_hash"), "decision": "approve"}
        self.assertEqual(editor.post(path, form).status, 303)

    def mails(self, to=None):
        taken = [content for _, recipient, content in list(self.inbox.taken) if to in (None, recipient)]
        return [email.message_from_bytes(content, policy=email.policy.default) for content in taken]

    def link(self, mail, path):
        """The path of a link in the plain text."""
        text = mail.get_body(("plain",)).get_content()
        return urllib.parse.urlparse(re.search(r"\S+" + path + r"\S+", text)[0]).path


class Weekly(EditionCase):
    def subscribe(self, address):
        answer = self.reader().post("/subscribe", {"address": address})
        self.assertEqual(answer.status, 303, answer.text)
        (mail,) = wait_until(lambda: self.mails(address), "the confirmation arrives")
        path = self.link(mail, "/subscribe/confirm/")
        self.assertIn("<button", self.reader().get(path).text)
        return path

    def test_from_asking_to_leaving(self):
        self.server.start()
        self.subscribe("waits@example.org")
        path = self.subscribe("reader@example.org")
        self.assertIn("You get the edition", self.reader().post(path, {}).text)
        editor = self.editor()
        draft = self.draft(editor)
        public = draft.replace("/desk/edition/", "/editions/")
        self.assertEqual(self.server.read(public).status, 404)
        self.approve(editor, draft)
        wait_until(lambda: len(self.mails("reader@example.org")) > 1, "the edition arrives")
        self.assertIn(f"/compare/{self.pair}", self.server.read(public).text)
        mail = self.mails("reader@example.org")[1]
        self.assertIn(f"/compare/{self.pair}", mail.get_body(("html",)).get_content())
        self.assertEqual(mail["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click")
        leave = urllib.parse.urlparse(mail["List-Unsubscribe"].strip("<>")).path
        self.server.restart()
        # A mail program's click: no cookie, no origin.
        answer = send(self.server.port, "POST", leave, "List-Unsubscribe=One-Click",
                      {"Content-Type": "application/x-www-form-urlencoded"})
        self.assertEqual(answer.status, 200)
        self.assertIn("You have left", answer.text)
        self.assertEqual(len(self.mails("reader@example.org")), 2)
        self.assertEqual(len(self.mails("waits@example.org")), 1)


class Rights(EditionCase):
    """Somebody asks what is kept of their address, and to erase it, while the server runs."""

    def subscribers(self, action, address, *flags, token=TOKEN, code=0):
        done = run("subscribers", action, address, "--data", self.server.data, *(["--token", token] if token else []), *flags)
        self.assertEqual(done.code, code, done.out + done.err)
        return done

    def kept(self, address, **how):
        return json.loads(self.subscribers("export", address, **how).out)

    def ask(self, *addresses):
        for address in addresses:
            self.assertEqual(self.reader().post("/subscribe", {"address": address}).status, 303)
            wait_until(lambda to=address: self.mails(to), "the confirmation arrives")

    def test_they_are_told_and_erased_and_no_address_is_written_down(self):
        self.server.start()
        self.ask("ada@example.org", "bob@example.org")
        kept = wait_until(lambda: (k := self.kept("Ada@example.org"))["mails"][0]["state"] == "sent" and k, "it is sent")
        self.assertEqual((kept["address"], kept["state"], len(kept["mails"])), ("ada@example.org", "pending", 1))
        self.subscribers("erase", "ada@example.org")
        self.assertEqual((self.kept("ada@example.org")["known"], self.kept("bob@example.org")["known"]), (False, True))
        self.server.stop()
        self.assertEqual(self.kept("bob@example.org")["mails"][0]["kind"], "confirmation")
        self.subscribers("erase", "bob@example.org")
        self.assertFalse(self.kept("bob@example.org")["known"])
        audit = run("audit", "export", "--data", self.server.data).out
        for action in ("POST /api/v1/subscribers/erase", "subscribers erase", "subscribers export"):
            self.assertIn(action, audit)
        self.assertNotRegex(audit + self.server.log.read_text(), "ada@|bob@")

    def test_what_fails_says_the_way_out(self):
        self.server.start()
        self.assertIn("--token", self.subscribers("export", "ada@example.org", token=None, code=1).err)
        self.assertIn("SEAWORTHY_TOKEN", self.subscribers("erase", "ada@example.org", token="wrong", code=1).err)
        self.assertIn("address", self.subscribers("erase", "no address", code=4).err)
        (self.server.data / "api-token").write_text(TOKEN + "\n")
        self.assertFalse(self.kept("ada@example.org", token=None)["known"])


class Kills(EditionCase):
    def counts(self, editor, path):
        text = re.search(r"(\d+) sent, (\d+) to send, (\d+) failed, (\d+) in doubt", editor.get(path).text)
        return collections.namedtuple("Counts", "sent queued failed unknown")(*map(int, text.groups()))

    def test_killed_while_it_sends_no_mail_goes_out_twice_and_none_is_lost(self):
        subprocess.run([PROBE, self.server.data / "people", "subscribe", str(READERS)], check=True, timeout=60)
        self.server.start()
        editor = self.editor()
        path = self.draft(editor)
        self.approve_and_kill(editor, path)
        chance = random.Random(11)
        for round_ in range(4):
            self.kill_after(chance.randint(1, 3), "on_rcpt" if round_ % 2 else "on_data")
        self.inbox.on_data = self.inbox.on_rcpt = None
        self.server.start()
        editor = self.editor()
        counts = wait_until(lambda: (lambda c: c if c.queued == 0 else None)(self.counts(editor, path)), "all is sent")
        taken = collections.Counter(to for _, to, _ in self.inbox.taken)
        self.assertEqual([to for to, n in taken.items() if n > 1], [])
        self.assertEqual((counts.failed, counts.sent + counts.unknown), (0, READERS))
        self.assertLessEqual(counts.sent, len(taken))
        self.assertGreaterEqual(len(taken) + counts.unknown, READERS)
        self.assertGreater(counts.unknown, 0, "no kill fell between the last bytes and the answer")

    def heard(self, after, what):
        """An event set at the `after`th call."""
        event, count = threading.Event(), [0]

        def hear():
            count[0] += 1
            if count[0] >= after:
                event.set()

        self.inbox.on_data = hear if what == "on_data" else None
        self.inbox.on_rcpt = hear if what == "on_rcpt" else None
        return event

    def approve_and_kill(self, editor, path):
        event = self.heard(1, "on_data")
        self.inbox.hold = threading.Event()  # The answer waits until the program is dead.
        self.approve(editor, path)
        self.assertTrue(event.wait(30), "no mail came")
        self.server.kill()
        self.inbox.hold.set()

    def kill_after(self, count, what):
        event = self.heard(count, what)
        self.server.spawn()
        wait_until(lambda: event.is_set() or self.server.link_file.exists(), "mails go out or all are out")
        event.wait(2)
        self.server.kill()


if __name__ == "__main__":
    unittest.main()
