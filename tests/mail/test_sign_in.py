"""Signing in at the desk by a mailed link: the real program, its configuration file, a real SMTP server with TLS."""

import email
import email.policy
import pathlib
import re
import shutil
import tempfile
import unittest
import urllib.parse

from e2e.test_desk import Browser, hidden
from mail.smtp_server import Inbox, SmtpServer, certificate
from support.server import Server, run
from support.waiting import wait_until



class LinksCase(unittest.TestCase):
    """A server that mails, for all tests of the class; each has accounts of its own."""

    made = 0

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="seaworthy-sign-in-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        context, pem = certificate(cls.folder)
        cls.inbox = Inbox()
        cls.smtp = SmtpServer(cls.inbox, tls_context=context, require_starttls=True)
        cls.smtp.start()
        cls.addClassCleanup(cls.smtp.stop)
        config = cls.folder / "seaworthy.toml"
        config.write_text(f'[mail]\nurl = "smtp://127.0.0.1:{cls.smtp.port}"\nca_file = "{pem}"\n'
                          'from = "Seaworthy <desk@example.org>"\n')
        cls.server = Server(cls.folder, config=config)
        cls.addClassCleanup(cls.server.stop)
        cls.server.start()

    def account(self):
        """The address of a new editor."""
        LinksCase.made += 1
        name = f"ann{LinksCase.made}"
        self.call("add", name, "--role", "editor", "--mail", f"{name}@example.org")
        return f"{name}@example.org"

    def call(self, *arguments):
        done = run("account", *arguments, "--data", self.server.data)
        self.assertEqual(done.code, 0, done.err)

    def ask(self, address):
        """What the form answers: status, where it leads, what stands there."""
        browser = Browser(self.server.port)
        answer = browser.post("/desk/sign-in/mail", {"mail": address})
        return answer.status, answer.headers.get("location"), browser.get(answer.headers["location"]).text

    def mails(self, to=None):
        taken = [content for _, recipient, content in list(self.inbox.taken) if to in (None, recipient)]
        return [email.message_from_bytes(content, policy=email.policy.default) for content in taken]

    def mail(self, to):
        """The only mail there is to somebody, once it is there."""
        (mail,) = wait_until(lambda: self.mails(to), f"a mail to {to}")
        return mail

    def link(self, mail):
        address = re.search(r"\S+/desk/sign-in\?token=\S+", mail.get_body(("plain",)).get_content())[0]
        self.assertTrue(address.startswith(f"http://localhost:{self.server.port}/"), address)
        return address[address.index("/desk") :]

    def press(self, browser, link):
        """The button on the link's page; its answer."""
        return browser.post("/desk/sign-in", {"token": hidden(browser.get(link).text, "token")})


class MailedLinks(LinksCase):
    def test_a_link_is_asked_for_received_and_signs_in_once(self):
        ann = self.account()
        self.ask(ann.title())
        link, browser = self.link(self.mail(ann)), Browser(self.server.port)
        self.assertEqual(self.press(browser, link).headers["location"], "/desk")
        self.assertIn(f"{ann[:-12]}, editor", browser.get("/desk/account").text)
        other = Browser(self.server.port)
        self.assertIn("has been used or is too old", other.get(link).text)
        token = urllib.parse.parse_qs(urllib.parse.urlparse(link).query)["token"][0]
        self.assertEqual(other.post("/desk/sign-in", {"token": token}).status, 403)
        self.assertNotIn(token, self.server.log.read_text())
        self.assertNotIn(token, run("audit", "export", "--data", self.server.data).out)

    def test_looking_at_a_link_does_not_use_it_up(self):
        ann = self.account()
        self.ask(ann)
        link = self.link(self.mail(ann))
        for _ in range(3):  # A mail program's preview.
            Browser(self.server.port).get(link)
        self.assertEqual(self.press(Browser(self.server.port), link).status, 303)

    def test_the_mail_is_one_plain_text_to_one_person(self):
        ann = self.account()
        self.ask(ann)
        mail = self.mail(ann)
        self.assertEqual((mail["To"], mail["From"]), (ann, "Seaworthy <desk@example.org>"))
        self.assertEqual(mail["Subject"], "Sign in to the Seaworthy desk")
        self.assertEqual([part.get_content_type() for part in mail.walk() if not part.is_multipart()], ["text/plain"])
        self.assertEqual(mail["Auto-Submitted"], "auto-generated")

    def test_an_unknown_address_is_told_the_same_and_gets_nothing(self):
        ann, bob, cat = self.account(), self.account(), self.account()
        self.call("disable", bob[:-12])
        known, taken = self.ask(ann), len(self.inbox.taken)
        self.mail(ann)
        others = ("nobody@example.org", bob, "no address", f"{cat}\r\nBcc: evil@example.org", f"{cat},{bob}", f"<{cat}>", "")
        for address in others:
            self.assertEqual(self.ask(address), known, address)
        self.ask(cat)  # One after the other: all before this one are done.
        self.mail(cat)
        self.assertEqual(sorted(to for _, to, _ in self.inbox.taken if to in (ann, bob, cat)), sorted((ann, cat)))
        self.assertLessEqual(len(self.inbox.taken), taken + 2)

    def test_an_account_gets_one_a_minute_also_after_a_restart(self):
        ann, bob, cat = self.account(), self.account(), self.account()
        self.ask(ann)
        self.assertEqual(self.press(Browser(self.server.port), self.link(self.mail(ann))).status, 303)
        self.ask(ann)
        self.ask(bob)
        self.mail(bob)
        self.server.restart()
        self.assertEqual(self.ask(ann), self.ask(cat))
        self.mail(cat)
        self.assertEqual(len(self.mails(ann)), 1)


class WithoutAMailServer(LinksCase):
    def test_the_answer_is_the_same_the_log_says_why_and_other_links_work(self):
        ann = self.account()
        self.smtp.stop()
        self.assertEqual(self.ask(ann), self.ask("nobody@example.org"))
        wait_until(lambda: "a sign-in link by mail" in self.server.log.read_text(), "the log tells")
        self.assertNotIn("token=", self.server.log.read_text())
        url = self.server.api.call("POST", "/desk-links").json["url"]
        self.assertEqual(self.press(Browser(self.server.port), url[url.index("/desk") :]).status, 303)


if __name__ == "__main__":
    unittest.main()
