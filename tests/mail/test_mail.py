"""Mail against a real SMTP server: what arrives, and that kills neither repeat nor lose any."""

import collections
import email
import email.policy
import json
import os
import pathlib
import random
import signal
import subprocess
import tempfile
import threading
import unittest

from mail.smtp_server import Inbox, SmtpServer, certificate

PROBE = os.environ["SEAWORTHY_MAIL_PROBE"]
MAILS = 12


class MailCase(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)
        self.inbox = Inbox()
        self.start()

    def start(self, **options):
        self.server = SmtpServer(self.inbox, **options)
        self.server.start()
        self.addCleanup(self.server.stop)
        self.url = f"smtp://127.0.0.1:{self.server.port}"

    def probe(self, *arguments, check=True):
        done = subprocess.run([PROBE, self.folder / "people", *map(str, arguments)], capture_output=True, text=True,
                              timeout=60, check=False)
        if check:
            self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def states(self):
        return json.loads(self.probe("states"))

    def mails(self):
        return [email.message_from_bytes(content, policy=email.policy.default) for _, _, content in self.inbox.taken]


class Delivery(MailCase):
    def test_a_mail_arrives_as_it_was_written(self):
        self.probe("add", 1)
        self.probe("send", self.url)
        (mail,) = self.mails()
        self.assertEqual(mail["Subject"], "The week in tools: naïve & ✓")
        self.assertEqual(mail["From"], "Seaworthy ⚓ <edition@example.org>")
        self.assertEqual(mail["To"], "reader0@example.org")
        self.assertRegex(mail["Message-ID"], r"^<[0-9a-f]{32}@example\.org>$")
        self.assertTrue(mail["Date"].datetime)
        text = mail.get_body(("plain",)).get_content()
        self.assertIn("\n.\nA line that begins with a dot.\n" + "x" * 2000 + "\n", text.replace("\r\n", "\n"))
        self.assertIn("✓ ships", mail.get_body(("html",)).get_content())
        self.assertLessEqual(max(map(len, self.inbox.taken[0][2].split(b"\r\n"))), 998)

    def test_leaving_takes_one_click(self):
        self.probe("add", 1)
        self.probe("send", self.url)
        (mail,) = self.mails()
        self.assertRegex(mail["List-Unsubscribe"], r"^<https://example\.org/unsubscribe/[0-9a-f]{32}\.[0-9a-f]{32}>$")
        self.assertEqual(mail["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click")

    def test_everybody_gets_one_over_one_connection(self):
        self.probe("add", MAILS)
        self.probe("send", self.url)
        self.probe("send", self.url)
        self.assertEqual(sorted(to for _, to, _ in self.inbox.taken), sorted(f"reader{i}@example.org" for i in range(MAILS)))
        self.assertEqual(self.states()["sent"], MAILS)

    def test_sent_is_said_only_when_the_server_took_it(self):
        self.probe("add", 4)
        self.inbox.answers.extend(["451 later", "554 no", "", ""])
        self.probe("send", self.url)
        states = self.states()
        self.assertEqual(states["sent"], len(self.inbox.taken))
        self.assertEqual(states["queued"] + states["sent"], 4)

    def test_a_recipient_refused_for_good_is_not_written_to_again(self):
        self.probe("add", 1)
        self.inbox.rcpt_answers.append("550 5.1.1 no such user")
        self.probe("send", self.url)
        self.assertEqual(self.states()["failed"], 1)

    def test_no_server_loses_nothing(self):
        self.probe("add", 2)
        self.server.stop()
        self.probe("send", self.url)
        self.assertEqual(self.states()["queued"], 2)


class Tls(MailCase):
    def test_starttls_is_used_and_the_certificate_checked(self):
        context, pem = certificate(self.folder)
        self.server.stop()
        self.start(tls_context=context, require_starttls=True)
        self.probe("add", 1)
        self.probe("send", self.url)
        self.assertEqual(self.inbox.taken, [])
        self.assertEqual(self.states()["queued"], 1)
        self.folder_again()
        self.probe("add", 1)
        self.probe("send", self.url, pem)
        self.assertEqual(len(self.inbox.taken), 1)

    def folder_again(self):
        self.folder = self.folder / "again"
        self.folder.mkdir()


class Kills(MailCase):
    def run_and_kill(self, when):
        """Sends in a process that is killed by `when(process)`; True where it ended by itself."""
        process = subprocess.Popen([PROBE, self.folder / "people", "send", self.url], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        when(process)
        return process.wait(timeout=60) == 0

    def test_killed_at_any_moment_no_mail_goes_out_twice_and_none_is_lost(self):
        chance = random.Random(7)
        self.probe("add", MAILS)
        for _ in range(40):
            after = chance.randint(1, 3)
            heard = threading.Event()
            count = [0]

            def on_data():
                count[0] += 1
                if count[0] >= after:
                    heard.set()

            self.inbox.on_data = on_data

            def kill(process):
                # Somewhere around a mail's end, or when all is sent.
                while not heard.wait(0.01) and process.poll() is None:
                    pass
                if process.poll() is None:
                    process.send_signal(signal.SIGKILL)

            if self.run_and_kill(kill):
                break
        self.inbox.on_data = None
        self.probe("send", self.url)
        taken = collections.Counter(to for _, to, _ in self.inbox.taken)
        self.assertEqual([to for to, n in taken.items() if n > 1], [])
        states = self.states()
        self.assertEqual(states["queued"] + states["sending"] + states["failed"], 0)
        self.assertEqual(states["sent"] + states["unknown"], MAILS)
        # Whatever was not taken is in doubt, so that a person sends it again.
        self.assertGreaterEqual(len(taken) + states["unknown"], MAILS)


if __name__ == "__main__":
    unittest.main()
