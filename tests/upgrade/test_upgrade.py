"""Data folders of earlier versions, opened by today's program."""

import pathlib
import re
import shutil
import tempfile
import unittest

from support.announcements import model_card
from support.server import Server, run
from upgrade.fixture import all_fixtures, contents, page_paths
from upgrade.rebuilds import hashes_made_anew


def verified(data):
    """What `seaworthy verify` says of each part."""
    done = run("verify", "--data", data)
    return done, {line.split()[1]: line for line in done.out.splitlines()}


class Upgrade(unittest.TestCase):
    def each_fixture(self):
        """Each with a server that was not started yet, on a folder of its own."""
        fixtures = all_fixtures()
        self.assertTrue(fixtures)
        for fixture in fixtures:
            with self.subTest(schema=fixture.schema):
                folder = pathlib.Path(tempfile.mkdtemp(prefix="seaworthy-upgrade-"))
                self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
                server = Server(folder)
                self.addCleanup(server.stop)
                fixture.unpack(server.data)
                yield fixture, server

    def pages(self, server, expected):
        answers = {path: server.read(path) for path in page_paths(expected)}
        self.assertEqual({path: a.status for path, a in answers.items()}, dict.fromkeys(answers, 200))
        return {path: a.body for path, a in answers.items()}

    def test_a_folder_of_an_earlier_version_is_whole(self):
        for fixture, server in self.each_fixture():
            done, lines = verified(server.data)
            self.assertEqual(done.code, 0, done.out + done.err)
            self.assertIn(f" {fixture.expected['events']} events", lines["log"])
            self.assertRegex(lines["store"], rf"(hash {fixture.expected['state_hash']}|of schema {fixture.schema},)")

    def test_what_was_decided_and_approved_is_what_it_was(self):
        for fixture, server in self.each_fixture():
            server.start()
            server.settle()
            self.assertEqual(contents(server.api), fixture.expected["comparisons"])
            self.assertEqual(len(server.api.all("/tools", "tools")), fixture.expected["tools"])

    def test_the_state_made_anew_gives_the_same_pages(self):
        for fixture, server in self.each_fixture():
            server.start()
            before = self.pages(server, fixture.expected)
            self.assertEqual(server.stop(), 0)
            shutil.rmtree(server.data / "store")
            server.start()
            server.settle()
            self.assertEqual(self.pages(server, fixture.expected), before)
            self.assertEqual(contents(server.api), fixture.expected["comparisons"])

    def test_an_announcement_is_taken_and_reviewed_by_the_new_version(self):
        for _, server in self.each_fixture():
            server.start()
            announcement = server.submit_and_read(model_card(720))
            self.assertEqual(announcement["state"], "recorded", announcement)
            server.settle()

    def test_every_rebuild_gives_the_same_bytes(self):
        for fixture, server in self.each_fixture():
            hashes = hashes_made_anew(server.data, 3)
            self.assertEqual(len(hashes), 1, hashes)
            for made in hashes:
                self.assertTrue(re.fullmatch("[0-9a-f]{64}", made))


if __name__ == "__main__":
    unittest.main()
