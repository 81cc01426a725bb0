"""The command line: help, exit codes, errors that say the way out."""

import json
import pathlib
import shutil
import socket
import tempfile
import unittest

from e2e.case import ServerCase
from support.announcements import model_card, no_release, tool_name
from support.server import free_port, run

COMMANDS = ["up", "ingest", "review", "compare", "status", "export", "rebuild", "doctor"]


class WithoutServer(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="seaworthy-cli-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.data = self.folder / "data"

    def write(self, name, data):
        (self.folder / name).write_bytes(data)
        return self.folder / name

    def test_help_names_every_command_and_the_exit_codes(self):
        done = run("--help")
        self.assertEqual(done.code, 0)
        for word in [*COMMANDS, "Exit codes", "Examples"]:
            self.assertIn(word, done.out)

    def test_every_command_has_help_with_an_example(self):
        for command in COMMANDS:
            done = run(command, "--help")
            self.assertEqual(done.code, 0, command)
            self.assertIn("seaworthy " + command, done.out)

    def test_the_version_is_told(self):
        self.assertRegex(run("--version").out, r"^seaworthy \d+\.\d+\.\d+\n$")

    def test_wrong_usage_is_exit_code_2(self):
        for arguments in ([], ["sail"], ["up", "--port", "70000"], ["compare", "a"]):
            self.assertEqual(run(*arguments).code, 2, arguments)

    def test_without_a_server_is_exit_code_3_and_says_how_to_start_one(self):
        document = self.write("a.md", model_card(1))
        for arguments in (["status"], ["ingest", document], ["compare", "a", "b"], ["export", self.folder / "x"]):
            done = run(*arguments, "--data", self.data)
            self.assertEqual(done.code, 3, arguments)
            self.assertIn("seaworthy up --data", done.err)

    def test_review_tells_facts_and_four_verdicts(self):
        done = run("review", self.write("a.md", model_card(1)))
        self.assertEqual(done.code, 0, done.err)
        self.assertIn(tool_name(1), done.out)
        self.assertEqual(done.out.count("confidence"), 4)
        self.assertIn("written by rules", done.out)

    def test_review_reads_standard_input_and_prints_json(self):
        done = run("review", "-", "--json", "--type", "text/markdown", stdin=model_card(1))
        self.assertEqual(done.code, 0, done.err)
        tool = json.loads(done.out)["tools"][0]
        self.assertEqual([v["persona"] for v in tool["verdicts"]], ["dx", "competitor", "futurist", "business"])
        self.assertEqual(tool["panel"]["total"], 4)

    def test_review_is_the_same_every_time(self):
        document = self.write("a.md", model_card(2))
        self.assertEqual(run("review", document, "--json").out, run("review", document, "--json").out)

    def test_review_of_no_release_is_exit_code_4_with_the_reason(self):
        done = run("review", self.write("minutes.txt", no_release(1)))
        self.assertEqual(done.code, 4)
        self.assertIn("minutes.txt: rejected:", done.err)

    def test_a_missing_file_is_named(self):
        done = run("review", self.folder / "missing.md")
        self.assertEqual(done.code, 4)
        self.assertIn("missing.md", done.err)

    def test_a_taken_port_is_named_with_the_way_out(self):
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            port = other.getsockname()[1]
            done = run("up", "--data", self.data, "--port", port)
            self.assertEqual(done.code, 1, done.err)
            self.assertIn(str(port), done.err)
            self.assertIn("--port", done.err)

    def test_a_broken_configuration_is_named_with_its_line(self):
        config = self.write("seaworthy.toml", b"http_port = 8080\ncolour = 'blue'\n")
        done = run("up", "--data", self.data, "--config", config)
        self.assertEqual(done.code, 1)
        self.assertIn("seaworthy.toml:2:", done.err)

    def test_doctor_finds_a_new_place_ready(self):
        done = run("doctor", "--data", self.data, "--port", free_port())
        self.assertEqual(done.code, 0, done.out + done.err)
        self.assertFalse(self.data.exists())

    def test_doctor_finds_a_data_folder_that_is_none(self):
        self.data.write_bytes(b"x")
        done = run("doctor", "--data", self.data)
        self.assertEqual(done.code, 1)
        self.assertIn("FAIL", done.out)


class WithServer(ServerCase):
    def ingest(self, *arguments, stdin=b""):
        return run("ingest", "--data", self.server.data, *arguments, stdin=stdin)

    def write(self, name, data):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    def test_ingest_takes_files_folders_and_standard_input(self):
        self.write("inbox/one.md", model_card(70))
        self.write("inbox/deep/two.md", model_card(71))
        done = self.ingest(self.folder / "inbox", "--json")
        self.assertEqual(done.code, 0, done.err)
        outcomes = json.loads(done.out)
        self.assertEqual([o["state"] for o in outcomes], ["recorded", "recorded"])
        piped = self.ingest("-", "--type", "text/markdown", stdin=model_card(72))
        self.assertEqual(piped.code, 0, piped.err)
        self.assertIn("recorded", piped.out)

    def test_ingest_of_no_release_is_exit_code_4_with_the_reason(self):
        done = self.ingest(self.write("minutes.txt", no_release(2)))
        self.assertEqual(done.code, 4)
        self.assertIn("rejected", done.out)

    def test_compare_asks_for_a_pair(self):
        a, b = (self.record(model_card(n))[0] for n in (73, 74))
        self.server.settle()
        done = run("compare", a, b, "--data", self.server.data)
        self.assertEqual(done.code, 0, done.err)
        self.assertIn("drafted", done.out)
        self.assertEqual(run("compare", a, "no-such-tool", "--data", self.server.data).code, 4)

    def test_status_is_json_for_programs(self):
        done = run("status", "--json", "--data", self.server.data)
        self.assertEqual(done.code, 0, done.err)
        self.assertIn("counts", json.loads(done.out))

    def test_a_second_server_on_the_same_folder_is_refused(self):
        done = run("up", "--data", self.server.data, "--port", 0)
        self.assertEqual(done.code, 5, done.err)
        self.assertIn(f"process {self.server.process.pid}", done.err)

    def test_doctor_finds_the_running_server(self):
        done = run("doctor", "--data", self.server.data, "--port", self.server.port)
        self.assertEqual(done.code, 0, done.out + done.err)
        self.assertIn("answers on unix:", done.out)

    def test_the_data_folder_is_for_its_user_only(self):
        self.assertEqual(self.server.data.stat().st_mode & 0o777, 0o700)
        for path in self.server.data.rglob("*"):
            self.assertEqual(path.stat().st_mode & 0o077, 0, path)

    def test_no_secret_is_logged(self):
        log = self.server.log.read_text()
        link = self.server.link_file.read_text()
        self.assertNotIn("test-token", log)
        self.assertNotIn(link[link.index("token=") + 6 :].strip(), log)


if __name__ == "__main__":
    unittest.main()
