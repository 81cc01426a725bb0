"""`seaworthy up` as people start and stop it, and the single services where they cannot start."""

import json
import os
import pathlib
import shutil
import tempfile
import unittest

from support.announcements import model_card
from support.http_client import Api, send
from support.server import Server, free_port, run, run_program
from support.services import SERVICES
from support.terminal import Terminal

SECRET = {"HOOK_SECRET": "0123456789abcdef0123456789abcdef"}


class UpCase(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="seaworthy-up-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.data = self.folder / "data"
        self.port = free_port()

    def up(self, *flags, **how):
        """Started in a terminal, and ready."""
        return Terminal("up", "--data", self.data, "--port", self.port, *flags, **how).wait_for("Ctrl-C stops it.")

    def stopped(self, terminal):
        """What it said in all, once Ctrl-C was typed."""
        terminal.type("\x03").end()
        self.assertEqual(terminal.code, 0, terminal.shown)
        return " ".join(terminal.text.split())

    def configured(self, text):
        path = self.folder / "seaworthy.toml"
        path.write_text(text)
        return "--config", path


class Up(UpCase):
    def test_it_says_where_everything_is_and_stops_on_ctrl_c(self):
        terminal = self.up()
        token = (self.data / "api-token").read_text().strip()
        self.assertEqual(Api(self.port, token).call("GET", "/status").status, 200)
        said = self.stopped(terminal)
        self.assertIn(f"Site http://localhost:{self.port}/ ", said)
        self.assertRegex(said, rf"Desk http://localhost:{self.port}/desk/sign-in\?token=\S+ \(signs in once, within 24 hours\)")
        self.assertIn(f"(token in {self.data}/api-token)", said)
        self.assertIn("stopping on signal 2", said)

    def test_a_token_may_be_given_and_the_log_be_json(self):
        terminal = self.up("--token", "short", "--log-format", "json")
        self.assertIn("(token as given)", self.stopped(terminal))
        lines = [json.loads(line) for line in terminal.text.replace("^C", "").splitlines() if line.startswith("{")]
        self.assertIn("the API token has only 5 characters and may be guessed", " ".join(line["message"] for line in lines))
        self.assertEqual({line["service"] for line in lines}, {"seaworthy"})

    def test_examples_are_handed_in_once(self):
        examples = self.folder / "examples"
        (examples / "below").mkdir(parents=True)
        for name in ("one.md", "two.md", "README.md", "below/three.md"):
            (examples / name).write_bytes(model_card(800) + name.encode())
        self.assertIn(f"examples: 2 handed in from {examples}", self.stopped(self.up("--examples", examples)))
        self.assertIn(f"examples: 0 handed in from {examples}", self.stopped(self.up("--examples", examples)))
        (examples / "empty.md").write_bytes(b"")
        done = run("up", "--data", self.data, "--port", self.port, "--examples", examples)
        self.assertEqual(done.code, 1)
        self.assertIn("empty.md: empty_document: the document is empty", done.err)

    def test_a_path_too_long_for_a_socket_is_served_all_the_same(self):
        self.data = self.folder / ("x" * 110) / "data"
        terminal = self.up()
        done = run("status", "--data", self.data)
        self.assertEqual(done.code, 0, done.err)
        address = (self.data / "run/address").read_text()
        self.assertIn(f"unix:/tmp/seaworthy-{os.getuid()}-", address)
        self.stopped(terminal)
        shutil.rmtree(pathlib.Path(address.strip().removeprefix("unix:")).parent)


class Hooks(UpCase):
    def configured_hook(self, tier, signature):
        return self.configured(f'[hooks.acme]\nsignature = "{signature}"\nsecret_env = ["HOOK_SECRET"]\ntier = "{tier}"\n')

    def test_a_webhook_is_a_source_as_the_configuration_says_now(self):
        for tier, signature in (("documentation", "github"), ("rumour", "generic")):
            terminal = self.up(*self.configured_hook(tier, signature), **SECRET)
            (source,) = json.loads(run("watch", "list", "--json", "--data", self.data).out)["sources"]
            self.assertEqual((source["source_id"], source["tier"], source["signature"]), ("acme", tier, signature))
            self.stopped(terminal)

    def test_a_name_that_a_source_has_already_stops_the_start(self):
        terminal = self.up(*self.configured("watch = false\n"))
        added = run("watch", "add", "https://acme.example/feed.xml", "--id", "acme", "--data", self.data)
        self.assertEqual(added.code, 0, added.err)
        self.stopped(terminal)
        config = self.configured_hook("vendor", "github")
        done = run("up", "--data", self.data, "--port", self.port, *config, settings=SECRET)
        self.assertEqual(done.code, 1)
        self.assertIn("[hooks.acme]: a source that is read has this name already; name the webhook otherwise", done.err)


class Services(UpCase):
    def test_each_has_help_and_says_what_it_needs(self):
        for name in SERVICES:
            program = f"seaworthy-{name}"
            done = run_program(program, "--help")
            self.assertEqual(done.code, 0)
            self.assertIn(f"{program} --config", done.out)
            self.assertEqual(run_program(program, "--sail").code, 2)
            done = run_program(program, "--data", self.data, *(["--port", 0] if name == "publisher" else []))
            self.assertEqual(done.code, 1, done.err)
            self.assertRegex(done.err, r"`ca_file`, `certificate_file` and `key_file`|\[log\] kind is \"embedded\"")


class Elsewhere(UpCase):
    """A process that holds the folder and whose HTTP is not what it was."""

    def test_what_does_not_answer_as_a_server_of_ours_is_told(self):
        server = Server(self.folder)
        self.addCleanup(server.stop)
        server.start()
        erase = ["subscribers", "erase", "ada@example.org", "--data", self.data, "--token", "test-token-0123456789abcdef"]
        self.assertIn("erased", run(*erase).out)
        self.assertEqual(send(server.port, "GET", "/").status, 200)
        http = self.data / "run/http"
        http.write_text(f"http://127.0.0.1:{free_port()}\n")
        done = run(*erase)
        self.assertEqual(done.code, 3)
        self.assertIn("does not answer", done.err)
        self.assertIn("nothing was done", done.err)
        http.write_text(f"http://127.0.0.1:{server.port}/desk\n")
        done = run(*erase)
        self.assertEqual(done.code, 1)
        self.assertRegex(done.err, r"the server at \S+/desk answers \d+: ")
        http.unlink()
        done = run(*erase)
        self.assertEqual(done.code, 5)
        self.assertIn("serves no API, or not yet; name the publisher's data folder with --data", done.err)

    def test_without_a_server_an_address_is_forgotten_in_the_folder(self):
        self.data.mkdir(0o700)
        done = run("subscribers", "export", "ada@example.org", "--data", self.data)
        self.assertEqual(done.code, 0, done.err)
        self.assertNotIn("ada@", json.dumps([json.loads(done.out).get("subscription")]))
        self.assertIn("is erased", run("subscribers", "erase", "ada@example.org", "--data", self.data).out)
        audit = run("audit", "export", "--data", self.data).out
        self.assertIn("subscribers export", audit)
        self.assertIn("subscribers erase", audit)


if __name__ == "__main__":
    unittest.main()
