"""Hostile texts in every field that reaches a mail, through the real program and a real SMTP server: all stay text."""

import email
import email.policy
import html
import html.parser
import http.client
import unittest
import urllib.parse

from e2e.test_desk import hidden
from mail.test_edition import EditionCase
from support.http_client import send
from support.server import run
from support.waiting import wait_until

TEXTS = [
    "<script>xss()</script>", "<img src=x onerror=\"xss()\">", "\"><svg onload=xss()>", "'><a href=\"javascript:xss()\">x</a>",
    "</title><script>xss()</script>", "</a></li></ul><form action=https://evil.example><input name=p>", "--><base href=//evil.example>",
    "</style><style>*{display:none}</style>", "\" onmouseover=\"xss()\" x=\"", "' style='position:fixed' x='", "javascript:xss()",
    "{{{confirm}}} {{leave}} {{> mail_confirm}}", "{{#groups}}{{/groups}}", "&lt;script&gt;xss()&lt;/script&gt;", "=?utf-8?q?=3Cscript=3E?=",
    "--boundary-- Content-Type: text/html", "Bcc: evil@example.org", "\u202e<script>xss()</script>", "\uFE64script\uFE65xss()", "%0d%0aBcc: evil@example.org",
]
BREAKS = ["\r\n", "\n", "\r", "\u2028", "\x00", "\x0b"]
# What our own templates are made of.
TAGS = {"html", "head", "meta", "title", "body", "p", "a", "h1", "h2", "ul", "li", "br"}
ATTRIBUTES = {"lang", "charset", "style", "href"}
HEADERS = ["auto-submitted", "content-type", "date", "from", "list-unsubscribe", "list-unsubscribe-post", "message-id", "mime-version",
           "subject", "to"]


class Outline(html.parser.HTMLParser):
    """What a mail program would make of a page: its elements, addresses and words."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.addresses, self.styles, self.words = set(), set(), [], set(), ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.addresses += [value for name, value in attrs if name == "href"]
        self.styles |= {value for name, value in attrs if name == "style"}

    def handle_data(self, data):
        self.words += data


def page(number, text):
    shown = html.escape(text)
    return (f"<html><head><title>Introducing Kestr{chr(97 + number)}yx {shown}</title></head><body><h1>Introducing Kestr{chr(97 + number)}yx {shown}"
            f"</h1><p>Today we release Kestr{chr(97 + number)}yx, a command-line tool that joins large CSV files under the MIT license.</p>"
            f"<table><tr><td>Vendor</td><td>{shown}</td></tr></table></body></html>").encode()


class MailCase(EditionCase):
    def confirm(self, address):
        self.assertEqual(self.reader().post("/subscribe", {"address": address}).status, 303)
        (mail,) = wait_until(lambda: self.mails(address), "the confirmation arrives")
        self.assertEqual(self.reader().post(self.link(mail, "/subscribe/confirm/"), {}).status, 200)
        return mail

    def edit(self, editor, path, title, introduction):
        shown = editor.get(path).text
        form = {name: hidden(shown, name) for name in ("csrf", "content_hash", "request_id")}
        return editor.post(path, {**form, "decision": "edit", "title": title, "introduction": introduction, "lead": "0"})

    def expect_harmless(self, raw):
        """A mail of ours: its headers, nothing more in its HTML than our templates have, all addresses ours."""
        mail = email.message_from_bytes(raw, policy=email.policy.default)
        self.assertEqual(sorted(name.lower() for name in mail.keys()), HEADERS)
        self.assertEqual(mail.defects, [])
        parts = [part for part in mail.walk() if not part.is_multipart()]
        self.assertEqual([part.get_content_type() for part in parts], ["text/plain", "text/html"])
        outline = Outline(mail.get_body(("html",)).get_content())
        self.assertLessEqual(outline.tags, TAGS)
        self.assertLessEqual(outline.attributes, ATTRIBUTES)
        self.assertEqual([one for one in outline.addresses if not one.startswith(f"http://localhost:{self.server.port}")], [])
        self.assertEqual([one for one in outline.styles if "fixed" in one or "none}" in one], [])
        return mail, outline


class Editions(MailCase):
    def publish_last_week(self):
        """A comparison and a correction with each text in what an edition says of them."""
        self.server.start()
        tools = [self.server.submit_and_read(page(i, text), media_type="text/html")["tools"][0] for i, text in enumerate(TEXTS)]
        for a, b in zip(tools[::2], tools[1::2]):
            answer = self.server.api.call("POST", "/comparisons", {"tools": [a, b]})
            self.assertEqual(answer.status, 202, answer.text)
        self.server.settle()
        self.approve_all()
        self.correct_all(tools)
        self.server.age(7)
        self.server.start()

    def accept_marks(self, comparison):
        """So that nothing holds the comparison back; as it is then."""
        for verdict in (verdict for tool in comparison["tools"] for verdict in tool["verdicts"]):
            for mark in verdict["marks"]:
                if mark["support"] != "supported" and not mark["accepted_by"]:
                    form = {"verdict_id": verdict["id"], "kind": "accept", "quote_hash": verdict["quote_hash"], "quote": "",
                            "begin": mark["begin"], "end": mark["end"], "reason": "a name of the test"}
                    self.assertEqual(self.server.api.call("POST", "/amendments", form).status, 200)
        return self.server.api.comparison(comparison["id"])

    def approve_all(self):
        for listed in self.server.api.all("/comparisons?state=drafted", "comparisons"):
            comparison = self.accept_marks(self.server.api.comparison(listed["id"]))
            answer = self.server.api.decide(comparison["id"], "approve", comparison["content_hash"])
            self.assertEqual(answer.status, 200, answer.text)

    def correct_all(self, tools):
        editor = self.editor()
        csrf = hidden(editor.get("/desk/tools").text, "csrf")
        for tool, text in zip(tools, TEXTS):
            form = {"csrf": csrf, "request_id": f"fix-{tool}", "tool_id": tool, "field": "license", "values": "Apache-2.0", "note": text}
            answer = editor.post("/desk/corrections", form)
            self.assertEqual(answer.status, 303, answer.text)
        self.server.settle()

    def test_every_text_in_an_edition_stays_text(self):
        self.confirm("reader@example.org")
        editor = self.editor()
        path = self.draft(editor)
        title = " ".join(TEXTS[:2]) + " naïve & ✓"
        answer = self.edit(editor, path, title, "\n\n".join(TEXTS))
        self.assertEqual(answer.status, 303, answer.text)
        self.approve(editor, path)
        wait_until(lambda: len(self.mails("reader@example.org")) > 1, "the edition arrives")
        mail, outline = self.expect_harmless(self.inbox.taken[-1][2])
        self.assertEqual(mail["Subject"], title)
        plain = mail.get_body(("plain",)).get_content()
        for text in TEXTS:
            self.assertGreaterEqual(outline.words.count(text), 2, text)
            self.assertGreaterEqual(plain.count(text), 2, text)


class Subjects(MailCase):
    def publish_last_week(self):
        super().publish_last_week()
        self.server.start()

    def test_no_line_break_gets_into_a_header(self):
        self.confirm("reader@example.org")
        editor = self.editor()
        path = self.draft(editor)
        for break_ in BREAKS:
            self.edit(editor, path, f"A week{break_}Bcc: evil@example.org{break_}{break_}<p>body", "Words.")
        self.approve(editor, path)
        wait_until(lambda: len(self.mails("reader@example.org")) > 1, "the edition arrives")
        self.expect_harmless(self.inbox.taken[-1][2])
        self.assertEqual({to for _, to, _ in self.inbox.taken}, {"reader@example.org"})


class Addresses(MailCase):
    networks = 0

    def publish_last_week(self):
        """Nothing: confirmations and sign-in links need no edition."""
        self.server.start()

    def test_no_address_reaches_more_than_its_own_inbox(self):
        for text in [*TEXTS, *(f"a@example.org{break_}Bcc: evil@example.org" for break_ in BREAKS), "a@example.org,evil@example.org",
                     "a@example.org> RCPT TO:<evil@example.org", "<script>@example.org", "\"a b\"@example.org", "a@example.org\r\nDATA"]:
            self.subscribe(text)
        raw = self.inbox_of("plain+o'brien@example.org")
        mail, _ = self.expect_harmless(raw)
        self.assertEqual(mail["To"], "plain+o'brien@example.org")
        self.assertNotIn("evil@example.org", {to for _, to, _ in self.inbox.taken})

    def subscribe(self, address):
        """From a network of its own each time: one may ask five times an hour."""
        self.networks += 1
        body = urllib.parse.urlencode({"address": address})
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=20, source_address=(f"127.1.{self.networks}.1", 0))
        connection.request("POST", "/subscribe", body, {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"})
        status = connection.getresponse().status
        connection.close()
        self.assertIn(status, (303, 400), address)

    def inbox_of(self, address):
        """The only mail there is to somebody new."""
        self.confirm(address)
        (raw,) = [content for _, to, content in self.inbox.taken if to == address]
        return raw

    def test_no_host_a_request_names_gets_into_a_link(self):
        done = run("account", "add", "ann", "--role", "editor", "--mail", "ann@example.org", "--data", self.server.data)
        self.assertEqual(done.code, 0, done.err)
        asked = (("/subscribe", "address=eve%40example.org"), ("/desk/sign-in/mail", "mail=ann%40example.org"))
        for host in ("evil.example", "evil.example\"><script>xss()</script>", f"localhost:{self.server.port}@evil.example"):
            for path, form in asked:
                send(self.server.port, "POST", path, form, {"Host": host, "X-Forwarded-Host": host, "Sec-Fetch-Site": "same-origin",
                                                           "Content-Type": "application/x-www-form-urlencoded"})
        self.reader().post("/desk/sign-in/mail", {"mail": "ann@example.org"})
        self.confirm("bob@example.org")
        wait_until(lambda: self.mails("ann@example.org"), "the link arrives")
        for _, _, content in self.inbox.taken:
            self.assertNotIn(b"evil.example", content)


