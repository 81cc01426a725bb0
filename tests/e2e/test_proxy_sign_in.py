"""Signing in by a proxy's header: the real program and its configuration file, asked from the proxy's address and from another."""

import http.client
import unittest
import urllib.parse

from e2e.case import ServerCase
from e2e.test_desk import hidden
from support.server import Server, run

HEADER = "X-Auth-Request-Email"
PROXY, OTHER = "127.0.0.2", "127.0.0.3"  # Loopback holds them all.
CONFIG = f"""
[desk]
proxy_header = "{HEADER}"
proxy_addresses = ["{PROXY}/32"]
"""


class Caller:
    """A browser behind an address; `mail` is what the header says, None for no header."""

    def __init__(self, port, address, mail=None):
        self.port, self.address, self.mail = port, address, mail
        self.cookies = {}

    def ask(self, method, path, form=None, more=()):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20, source_address=(self.address, 0))
        try:
            connection.putrequest(method, path, skip_host=True)
            for name, value in [*self.headers(form), *more]:
                connection.putheader(name, value)
            connection.endheaders(urllib.parse.urlencode(form or {}).encode() if form is not None else None)
            response = connection.getresponse()
            answer = response.status, response.headers.get("Location"), response.read().decode()
            self.cookies.update(one.split(";")[0].split("=", 1) for one in response.headers.get_all("Set-Cookie", []))
            return answer
        finally:
            connection.close()

    def headers(self, form):
        yield "Host", f"localhost:{self.port}"
        if self.mail is not None:
            yield HEADER, self.mail
        if self.cookies:
            yield "Cookie", "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if form is not None:
            yield "Content-Type", "application/x-www-form-urlencoded"
            yield "Content-Length", str(len(urllib.parse.urlencode(form)))
            yield "Origin", f"http://localhost:{self.port}"


class ProxyCase(ServerCase):
    more = ""

    @classmethod
    def prepare(cls):
        cls.config = cls.folder / "seaworthy.toml"
        cls.config.write_text(CONFIG + cls.more)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        done = run("account", "add", "ann", "--role", "admin", "--mail", "ann@example.org", "--data", cls.server.data)
        assert done.code == 0, done.err

    def from_proxy(self, mail=None):
        return Caller(self.server.port, PROXY, mail)

    def from_other(self, mail=None):
        return Caller(self.server.port, OTHER, mail)

    def names(self):
        return {line.split()[0] for line in run("account", "list", "--data", self.server.data).out.splitlines() if line}


class KnownAddresses(ProxyCase):
    def test_from_the_proxy_the_header_signs_in_where_it_asked(self):
        ann = self.from_proxy("Ann@example.org")
        self.assertEqual(ann.ask("GET", "/desk/account")[:2], (303, "/desk/account"))
        status, _, page = ann.ask("GET", "/desk/account")
        self.assertEqual(status, 200)
        self.assertIn("ann, admin", page)

    def test_from_anyone_else_it_is_refused_and_nothing_is_given_out(self):
        for path, status in (("/desk", 403), ("/desk/account", 403), ("/desk/accounts", 403), ("/desk/sign-in", 200)):
            stranger = self.from_other("ann@example.org")
            self.assertEqual(stranger.ask("GET", path)[0], status, path)
            self.assertEqual(stranger.cookies, {}, path)

    def test_without_the_header_nobody_is_signed_in_not_even_from_the_proxy(self):
        for caller in (self.from_proxy(), self.from_proxy(""), self.from_other()):
            self.assertEqual(caller.ask("GET", "/desk")[:2], (303, "/desk/sign-in"))

    def test_the_header_twice_is_refused(self):
        ann = self.from_proxy("ann@example.org")
        self.assertEqual(ann.ask("GET", "/desk", more=[(HEADER, "eve@example.org")])[0], 403)
        self.assertEqual(ann.cookies, {})

    def test_saying_to_be_forwarded_by_the_proxy_helps_nobody(self):
        stranger = self.from_other("ann@example.org")
        more = [("X-Forwarded-For", PROXY), ("Forwarded", f"for={PROXY}"), ("X-Real-IP", PROXY)]
        self.assertEqual(stranger.ask("GET", "/desk", more=more)[0], 403)

    def test_a_proxys_session_is_worth_nothing_elsewhere(self):
        ann = self.from_proxy("ann@example.org")
        ann.ask("GET", "/desk")
        thief = self.from_other()
        thief.cookies = dict(ann.cookies)
        self.assertEqual(thief.ask("GET", "/desk/account")[:2], (303, "/desk/sign-in"))

    def test_a_write_needs_the_token_of_its_form_all_the_same(self):
        ann = self.from_proxy("ann@example.org")
        ann.ask("GET", "/desk/accounts")
        form = {"name": "eve", "role": "admin", "mail": ""}
        self.assertEqual(ann.ask("POST", "/desk/accounts", {**form, "csrf": "guess"})[0], 403)
        self.assertEqual(self.from_proxy("ann@example.org").ask("POST", "/desk/accounts", form)[0], 403)
        self.assertNotIn("eve", self.names())
        csrf = hidden(ann.ask("GET", "/desk/accounts")[2], "csrf")
        self.assertEqual(ann.ask("POST", "/desk/accounts", {**form, "name": "eva", "csrf": csrf})[0], 200)
        self.assertIn("eva", self.names())

    def test_an_address_nobody_has_is_refused_and_makes_no_account(self):
        before = self.names()
        for mail in ("eve@example.org", "ann@example.org, eve@example.org", "owner", "<script>xss()</script>"):
            eve = self.from_proxy(mail)
            status, _, page = eve.ask("GET", "/desk")
            self.assertEqual((status, eve.cookies), (403, {}), mail)
            self.assertNotIn("<script>xss", page)
        self.assertEqual(self.names(), before)


class AnyAddress(ProxyCase):
    more = 'proxy_role = "operator"\n'

    def test_with_a_role_an_unknown_address_gets_an_account_of_that_role(self):
        bea = self.from_proxy("bea@example.org")
        self.assertEqual(bea.ask("GET", "/desk/account")[0], 303)
        self.assertIn("bea, operator", bea.ask("GET", "/desk/account")[2])
        self.assertEqual(bea.ask("GET", "/desk/accounts")[0], 403)

    def test_but_not_from_elsewhere(self):
        self.assertEqual(self.from_other("cat@example.org").ask("GET", "/desk")[0], 403)
        self.assertNotIn("cat", self.names())


class Configuration(ServerCase):
    def test_a_header_without_addresses_is_refused_at_the_start(self):
        config = self.folder / "open.toml"
        config.write_text(f'[desk]\nproxy_header = "{HEADER}"\n')
        server = Server(self.folder / "open", config=config)
        done = run("up", "--data", server.data, "--port", "0", "--config", config)
        self.assertNotEqual(done.code, 0)
        self.assertIn("proxy_addresses", done.err)

    def test_without_the_setting_the_header_says_nothing(self):
        self.assertEqual(Caller(self.server.port, PROXY, "owner").ask("GET", "/desk")[:2], (303, "/desk/sign-in"))


if __name__ == "__main__":
    unittest.main()
