"""Sources against the real program: a host on loopback, read, edited, pushed and paused."""

import hashlib
import hmac
import http.server
import json
import threading
import unittest
import urllib.parse

from e2e.case import ServerCase
from support.http_client import send
from support.server import run
from support.waiting import wait_until

CONFIG = """
watch = true
watch_host_seconds = 1
public_url = "http://reviews.test:8080"
allowed_private_hosts = ["127.0.0.1:{port}"]
"""
ENTRY = """<item><guid isPermaLink="false">{key}</guid><title>{title}</title><link>{origin}/{key}</link>
<pubDate>Fri, 20 Nov 2026 09:14:00 +0000</pubDate>
<content:encoded><![CDATA[<p>Acme releases {name}, a command-line library for joining large CSV files, under the
Apache 2.0 license. Install it with <code>pip install {key}</code>. {more}</p>]]></content:encoded></item>"""


class Host(http.server.ThreadingHTTPServer):
    """Answers what it was told to, and keeps what it was asked."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.pages, self.asked = {}, []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def origin(self):
        return f"http://127.0.0.1:{self.server_port}"

    def subscription(self):
        """What the hub was asked for, once it was."""
        for method, path, _, body in self.asked:
            if (method, path) == ("POST", "/hub"):
                return urllib.parse.parse_qs(body)
        return None

    def feed(self, *entries, hub=False):
        """Entries are (key, name, title, more)."""
        items = "".join(
            ENTRY.format(key=key, name=name, title=title, more=more, origin=self.origin) for key, name, title, more in entries
        )
        link = f'<atom:link rel="hub" href="{self.origin}/hub"/><atom:link rel="self" href="{self.origin}/feed.xml"/>'
        return (
            '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
            f'xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>Acme</title>{link if hub else ""}{items}'
            "</channel></rss>"
        )


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.answer("")

    def do_POST(self):
        self.answer(self.rfile.read(int(self.headers["Content-Length"])).decode())

    def answer(self, body):
        self.server.asked.append((self.command, self.path, dict(self.headers), body))
        status, kind, page = self.server.pages.get(self.path, (404, "text/plain", "nothing here"))
        page = page.encode()
        etag = '"' + hashlib.sha256(page).hexdigest()[:16] + '"'
        if status == 200 and self.headers.get("If-None-Match") == etag:
            status, page = 304, b""
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(page)))
        self.send_header("ETag", etag)
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_):
        pass


class WatchCase(ServerCase):
    @classmethod
    def prepare(cls):
        cls.host = Host()
        cls.addClassCleanup(cls.host.shutdown)
        cls.config = cls.folder / "seaworthy.toml"
        cls.config.write_text(CONFIG.format(port=cls.host.server_port))

    def watch(self, *arguments, code=0):
        done = run("watch", *arguments, "--data", self.server.data)
        self.assertEqual(done.code, code, done.out + done.err)
        return done

    def serve(self, path, body, status=200, kind="application/rss+xml"):
        self.host.pages[path] = (status, kind, body)

    def read(self, source):
        """Reads it now; what came of it."""
        done = run("watch", "run", source, "--json", "--data", self.server.data)
        return json.loads(done.out)["sources"][0]


class Feeds(WatchCase):
    def test_entries_become_tools_once_and_an_edited_title_is_no_news(self):
        self.serve("/feed.xml", self.host.feed(("tern", "Tern 1.2", "Tern 1.2 released", "")))
        self.watch("add", f"{self.host.origin}/feed.xml", "--id", "acme", "--tier", "vendor")
        first = wait_until(lambda: self.seen("acme"), "the feed is read")
        self.assertEqual((first["outcome"], first["announcements"], first["kind"]), ("new_entries", 1, "feed"), first)
        self.server.settle()
        names = [tool["name"] for tool in self.api.call("GET", "/tools").json["tools"]]
        self.assertEqual(len(names), 1)
        self.assertIn("Tern", names[0])
        self.serve("/feed.xml", self.host.feed(("tern", "Tern 1.2", "Tern 1.2 is released", "")))
        self.assertEqual(self.read("acme")["outcome"], "nothing_new")
        self.assertEqual(self.read("acme")["outcome"], "not_modified")
        self.serve("/feed.xml", self.host.feed(("tern", "Tern 1.2", "Tern 1.2 is released", "It reads TSV as well.")))
        again = self.read("acme")
        self.assertEqual((again["outcome"], again["announcements"]), ("new_entries", 2))

    def seen(self, source):
        listed = json.loads(self.watch("list", "--json").out)["sources"]
        return next((one for one in listed if one["source_id"] == source and one["outcome"]), None)

    def test_a_broken_feed_is_told_with_its_reason(self):
        self.serve("/broken.xml", "<rss><channel><item>")
        self.watch("add", f"{self.host.origin}/broken.xml", "--id", "broken", "--kind", "feed")
        wait_until(lambda: self.seen("broken"), "the feed is read")
        done = run("watch", "run", "broken", "--data", self.server.data)
        self.assertEqual(done.code, 1)
        self.assertIn("invalid_feed", done.out)

    def test_a_paused_source_is_not_read(self):
        self.serve("/quiet.xml", self.host.feed())
        self.watch("add", f"{self.host.origin}/quiet.xml", "--id", "quiet", "--kind", "feed")
        self.watch("pause", "quiet")
        self.assertIn("paused", run("watch", "run", "quiet", "--data", self.server.data).err)
        self.watch("resume", "quiet")
        self.watch("remove", "quiet")
        self.assertEqual(run("watch", "remove", "quiet", "--data", self.server.data).code, 4)

    def test_an_address_nobody_allowed_is_refused(self):
        self.watch("add", "http://127.0.0.1:9/feed", "--id", "inside", "--kind", "feed")
        refused = wait_until(lambda: self.seen("inside"), "it is tried")
        self.assertEqual(refused["outcome"], "refused")
        self.assertEqual(run("watch", "add", "ftp://acme.example/", "--id", "x", "--data", self.server.data).code, 4)


PAGE = """<html><head><title>Tern 1.2</title></head><body><h1>Acme releases Tern 1.2</h1>
<p>Tern 1.2 is a command-line library for joining large CSV files, under the Apache 2.0 license.</p>
<p>Pricing: ${price} per month.</p><footer>{visitors} visitors today</footer></body></html>"""


class Lists(WatchCase):
    def test_all_sources_are_listed_where_they_are_more_than_a_page(self):
        ids = [f"hook-{number:03}" for number in range(505)]
        for source in ids:
            hook = {"action": "put", "source_id": source, "kind": "webhook", "signature": "generic"}
            answer = self.api.call("POST", "/sources", hook)
            self.assertEqual(answer.status, 200, answer.text)
        listed = json.loads(self.watch("list", "--json").out)["sources"]
        self.assertEqual([source["source_id"] for source in listed], ids)
        self.assertEqual([source["source_id"] for source in self.api.all("/sources", "sources")], ids)


class Pages(WatchCase):
    def test_a_pages_facts_are_compared_not_its_html(self):
        self.serve("/pricing", PAGE.format(price=20, visitors=17), kind="text/html")
        self.watch("add", f"{self.host.origin}/pricing", "--id", "pricing", "--kind", "page", "--tier", "documentation")
        wait_until(lambda: self.listed("pricing")["outcome"], "the page is read")
        self.assertEqual(self.listed("pricing")["announcements"], 1, self.listed("pricing"))
        self.serve("/pricing", PAGE.format(price=20, visitors=18), kind="text/html")
        self.assertEqual(self.read("pricing")["outcome"], "nothing_new")
        self.serve("/pricing", PAGE.format(price=25, visitors=19), kind="text/html")
        self.assertEqual((self.read("pricing")["outcome"], self.listed("pricing")["announcements"]), ("new_entries", 2))
        self.serve("/pricing", "<p>We are moving house.</p>", kind="text/html")
        self.assertEqual(self.read("pricing")["outcome"], "refused")

    def listed(self, source):
        listed = json.loads(self.watch("list", "--json").out)["sources"]
        return next(one for one in listed if one["source_id"] == source)


class Hubs(WatchCase):
    def test_pushed_entries_are_taken_with_the_right_signature_only(self):
        self.serve("/feed.xml", self.host.feed(("tern", "Tern 1.2", "Tern 1.2 released", ""), hub=True))
        self.serve("/hub", "", status=202)
        self.watch("add", f"{self.host.origin}/feed.xml", "--id", "pushed", "--kind", "feed")
        form = wait_until(self.host.subscription, "the hub is asked")
        self.assertEqual(form["hub.callback"], ["http://reviews.test:8080/api/v1/websub/pushed"])
        query = urllib.parse.urlencode(
            {"hub.mode": "subscribe", "hub.topic": form["hub.topic"][0], "hub.challenge": "42", "hub.lease_seconds": 864000}
        )
        answer = send(self.server.port, "GET", f"/api/v1/websub/pushed?{query}", b"", {})
        self.assertEqual((answer.status, answer.text), (200, "42"))
        body = self.host.feed(("gull", "Gull 2.0", "Gull 2.0 released", "")).encode()
        self.push(body, "sha256=" + "0" * 64)
        self.assertEqual(self.announcements(), 1)
        self.push(body, "sha256=" + hmac.new(form["hub.secret"][0].encode(), body, hashlib.sha256).hexdigest())
        self.assertEqual(self.announcements(), 2)

    def push(self, body, signature):
        headers = {"Content-Type": "application/rss+xml", "X-Hub-Signature": signature}
        self.assertEqual(send(self.server.port, "POST", "/api/v1/websub/pushed", body, headers).status, 202)

    def announcements(self):
        return json.loads(self.watch("list", "--json").out)["sources"][0]["announcements"]


if __name__ == "__main__":
    unittest.main()
