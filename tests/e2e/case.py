"""What the end-to-end cases share: a server for each class of cases."""

import pathlib
import shutil
import tempfile
import unittest

from support.server import Server


class ServerCase(unittest.TestCase):
    """One running server for all cases of the class."""

    maxDiff = None
    endpoint = None
    config = None  # A file; `prepare` may make it.

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="seaworthy-e2e-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.prepare()
        cls.server = Server(cls.folder, endpoint=cls.endpoint, config=cls.config)
        cls.addClassCleanup(cls.server.stop)
        cls.server.start()

    @classmethod
    def prepare(cls):
        """What has to be there before the server starts."""

    @property
    def api(self):
        return self.server.api

    def record(self, document, **how):
        """Hands a document in; its tools' ids once it is recorded."""
        announcement = self.server.submit_and_read(document, **how)
        self.assertEqual(announcement["state"], "recorded", announcement["reason"])
        return announcement["tools"]

    def drafted_pair(self, first, second):
        """Two announcements to a drafted comparison."""
        a = self.record(first)[0]
        b = self.record(second)[0]
        answer = self.api.call("POST", "/comparisons", {"tools": [a, b]})
        self.assertEqual(answer.status, 202, answer.text)
        self.server.settle()
        comparison = self.api.comparison(answer.json["id"])
        self.assertEqual(comparison["state"], "drafted", comparison)
        return comparison

    def approved_pair(self, first, second):
        comparison = self.drafted_pair(first, second)
        answer = self.api.decide(comparison["id"], "approve", comparison["content_hash"])
        self.assertEqual((answer.status, answer.json.get("state")), (200, "approved"), answer.text)
        return comparison
