"""`seaworthy account`, `audit` and `token` as who may read the data folder types them."""

import json
import pathlib
import shutil
import tempfile
import unittest

from support.server import Server, run
from support.terminal import Terminal

PASSWORD = "seven gulls on one mast"


class FolderCase(unittest.TestCase):
    """A data folder that no server uses."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="seaworthy-accounts-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.data = self.folder / "data"
        self.data.mkdir(0o700)

    def command(self, *arguments, code=0, says=(), **how):
        done = run(*arguments, "--data", self.data, **how)
        self.assertEqual(done.code, code, done.out + done.err)
        for word in says:
            self.assertIn(word, done.out + done.err)
        return done

    def account(self, *arguments, **how):
        return self.command("account", *arguments, **how)

    def listed(self):
        """The accounts by name."""
        return {one["name"]: one for one in json.loads(self.account("list", "--json").out)}

    def terminal(self, *arguments):
        return Terminal(*arguments, "--data", self.data)


class Accounts(FolderCase):
    def test_an_account_is_added_changed_and_removed(self):
        added = self.account("add", "ann", "--mail", "ann@example.org")
        self.assertRegex(added.out, r"^http://localhost:\d+/desk/sign-in\?token=\S+\n$")
        self.assertIn("It signs ann in once, within 24 hours.", added.err)
        self.account("role", "ann", "admin", says=["ann is admin now; its sessions have ended"])
        self.account("disable", "ann", says=["ann is disabled; its sessions have ended"])
        self.account("link", "ann", code=4, says=["ann is disabled, so a link would not sign it in; enable it"])
        self.account("enable", "ann", says=["ann may sign in again"])
        self.assertIn("/desk/sign-in?token=", self.account("link", "ann").out)
        self.account("remove", "ann", says=["ann is removed"])
        self.assertEqual(list(self.listed()), ["owner"])

    def test_the_list_says_who_may_what(self):
        self.account("add", "ann", "--mail", "ann@example.org", "--role", "operator")
        self.account("add", "bob")
        self.account("disable", "bob")
        self.account("password", "ann", stdin=f"{PASSWORD}\n".encode())
        rows = self.account("list").out
        self.assertRegex(rows, r"name +role +mail +password +sessions +added +state")
        self.assertRegex(rows, r"ann +operator +ann@example\.org +yes +0 +\d{4}-\d\d-\d\d\n")
        self.assertRegex(rows, r"bob +editor +- +no +0 +\d{4}-\d\d-\d\d +disabled\n")
        ann, bob = self.listed()["ann"], self.listed()["bob"]
        self.assertEqual((ann["mail"], ann["role"]), ("ann@example.org", "operator"))
        self.assertEqual((ann["has_password"], ann["disabled"]), (True, False))
        self.assertEqual((bob["mail"], bob["has_password"], bob["disabled"]), ("", False, True))

    def test_what_cannot_be_is_refused_with_the_reason(self):
        self.account("add", "ann", "--mail", "ann@example.org")
        refused = {
            ("add", "ann"): "there is an account ann already",
            ("add", "bob", "--mail", "ann@example.org"): "the account ann has this mail address",
            ("add", "bob", "--mail", "nowhere"): "that is no mail address",
            ("add", "-", "--role", "editor"): "an account's name is 1 to 40",
            ("add", "bob", "--role", "captain"): '"captain" is no role; the roles are operator, editor and admin',
            ("role", "ann", "captain"): '"captain" is no role',
            ("link", "bob"): "there is no account bob",
            ("disable", "bob"): "there is no account bob",
            ("remove", "owner"): "`owner` is an admin that is always there",
        }
        for arguments, reason in refused.items():
            self.account(*arguments, code=4, says=[reason])
        self.assertEqual(set(self.listed()), {"ann", "owner"})

    def test_a_folder_there_is_not_is_named_and_not_made(self):
        self.data = self.folder / "elsewhere"
        for arguments in (("account", "list"), ("audit", "export"), ("token", "list")):
            self.command(*arguments, code=1, says=[f"there is no data folder {self.data}", "--data"])
        self.assertFalse(self.data.exists())


class Passwords(FolderCase):
    def setUp(self):
        super().setUp()
        self.account("add", "ann")

    def test_a_typed_one_is_asked_for_and_not_shown(self):
        terminal = self.terminal("account", "password", "ann").wait_for("New password: ").type(PASSWORD + "\n").end()
        self.assertEqual(terminal.code, 0, terminal.shown)
        self.assertIn("ann has another password; its sessions have ended", terminal.shown)
        self.assertNotIn(PASSWORD, terminal.shown)
        self.assertTrue(self.listed()["ann"]["has_password"])

    def test_a_piped_one_is_the_first_line_however_it_ends(self):
        for text in (f"{PASSWORD}\nmore\n", f"{PASSWORD}\r\n", PASSWORD):
            self.account("password", "ann", stdin=text.encode(), says=["ann has another password"])
        # Its end is not part of it: so long a one and no longer.
        self.account("password", "ann", stdin=b"twelve bytes" * 21 + b"four\r\n")
        self.account("password", "ann", stdin=b"twelve bytes" * 21 + b"fives\r\n", code=4, says=["12 to 256 bytes"])

    def test_one_that_is_missing_or_bad_changes_nothing(self):
        for text in (b"", b"\n", b"\r\n", b"x" * 5000):
            self.account("password", "ann", stdin=text, code=4, says=["the first line of standard input is to be the password"])
        for text, reason in ((b"short", "12 to 256 bytes"), (b"a" * 20, "more than one character")):
            self.account("password", "ann", stdin=text, code=4, says=[reason])
        self.account("password", "bob", stdin=PASSWORD.encode(), code=4, says=["there is no account bob"])
        self.assertFalse(self.listed()["ann"]["has_password"])

    def test_at_the_end_of_what_is_typed_there_is_none(self):
        terminal = self.terminal("account", "password", "ann").wait_for("New password: ").type("\x04").end()
        self.assertEqual(terminal.code, 4, terminal.shown)


class Audit(FolderCase):
    def setUp(self):
        super().setUp()
        self.account("add", "ann")
        self.account("role", "ann", "admin")
        self.account("disable", "ann")
        self.file = self.folder / "audit.jsonl"
        self.file.write_text(self.command("audit", "export").out)

    def verify(self, *arguments, **how):
        return self.command("audit", "verify", *arguments, **how)

    def test_the_log_says_who_did_what_and_its_head_is_kept_elsewhere(self):
        records = [json.loads(line) for line in self.file.read_text().splitlines()]
        self.assertEqual([record["target"] for record in records], ["ann"] * 3)
        self.assertEqual({record["actor"] for record in records}, {"command"})
        head = self.verify(says=["The log is intact: 3 records"]).out.strip()
        self.assertEqual(head, f"3:{records[-1]['hash']}")
        self.account("enable", "ann")
        self.verify("--head", head, says=["4 records"])
        self.assertEqual(self.verify("--file", self.file, "--head", head).out.strip(), head)

    def test_an_export_that_was_changed_or_cut_is_found(self):
        lines = self.file.read_text().splitlines(keepends=True)
        head = self.verify().out.strip()
        changed = {
            "was changed": [lines[0].replace('"ann"', '"bob"'), *lines[1:]],
            "is missing: another stands in its place": [lines[0], lines[2]],
            "cannot be read": [*lines, "no record\n"],
            "is spelt otherwise": [lines[0].replace('{"', '{ "', 1), *lines[1:]],
        }
        for reason, text in changed.items():
            self.file.write_text("".join(text))
            self.verify("--file", self.file, code=1, says=[str(self.file), reason])
        self.file.write_text("".join(lines[:2]))
        self.verify("--file", self.file, says=["2 records"])
        self.verify("--file", self.file, "--head", head, code=1, says=["record 3 is missing: the head that was kept is 3"])
        other = f"3:{'0' * 64}"
        self.verify("--head", other, code=1, says=["has another hash than the head that was kept"])

    def test_what_is_no_head_and_no_file_is_told(self):
        for head in ("3", "x:" + "0" * 64, "3:abc"):
            self.verify("--head", head, code=4, says=["--head is the line that `seaworthy audit verify` printed"])
        self.verify("--file", self.folder / "none", code=4, says=["none: cannot be read; check --file"])
        self.verify("--file", self.folder, code=1, says=["cannot be read to its end"])

    def test_an_export_that_does_not_fit_is_no_success(self):
        with open("/dev/full", "wb") as full:
            done = self.command("audit", "export", code=1, stdout=full)
        self.assertIn("standard output cannot be written", done.err)


class Tokens(FolderCase):
    def token(self, *arguments, **how):
        return self.command("token", *arguments, **how)

    def test_tokens_are_made_listed_and_revoked_without_a_server(self):
        self.token("list", says=["No tokens but the operator's own"])
        made = json.loads(self.token("add", "bot", "--scope", "read", "--scope", "ingest", "--json").out)
        self.assertEqual((made["name"], made["scopes"]), ("bot", ["read", "ingest"]))
        self.token("add", "for-ever", "--scope", "read", "--days", "0", says=["ends never", "It is not shown again"])
        rows = self.token("list").out
        self.assertRegex(rows, rf"{made['id']} +bot +\d{{4}}-\d\d-\d\d +never +read ingest\n")
        self.assertRegex(rows, r"for-ever +never +never +read\n")
        self.assertNotIn(made["token"], rows)
        self.token("revoke", made["id"], says=[f"Revoked {made['id']}."])
        self.assertEqual([t["name"] for t in json.loads(self.token("list", "--json").out)["tokens"]], ["for-ever"])
        self.token("revoke", made["id"], code=1, says=[made["id"]])


class Served(FolderCase):
    """The same, asked of the server that uses the folder."""

    def setUp(self):
        super().setUp()
        self.server = Server(self.folder)
        self.addCleanup(self.server.stop)
        self.server.start()

    def test_the_server_answers_as_the_folder_does(self):
        added = self.account("add", "ann")
        self.assertIn(f":{self.server.port}/desk/sign-in?token=", added.out)
        self.account("add", "ann", code=4, says=["there is an account ann already"])
        self.account("password", "ann", stdin=PASSWORD.encode())
        self.assertRegex(self.account("list").out, r"ann +editor +- +yes")
        self.command("audit", "verify", says=["The log is intact"])
        self.command("token", "list", says=["No tokens but the operator's own"])
        export = self.command("audit", "export").out
        self.assertEqual(self.server.stop(), 0)
        self.assertEqual(self.command("audit", "export").out, export)


if __name__ == "__main__":
    unittest.main()
