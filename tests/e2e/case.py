"""What the end-to-end cases share: a server for each class of cases, its log in its folder or on NATS."""

import pathlib
import shutil
import tempfile
import unittest

from support.nats_server import NatsServer
from support.provider import Provider
from support.server import Server, run


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

    def everything(self):
        """What editors see, and the page readers see first."""
        tools = self.api.all("/tools", "tools")
        comparisons = [self.api.comparison(c["id"]) for c in self.api.all("/comparisons", "comparisons")]
        return {"tools": tools, "comparisons": comparisons, "home": self.server.read("/").body}

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


class NatsCase(ServerCase):
    """The server's log is on a NATS server of the class."""

    @classmethod
    def prepare(cls):
        cls.nats = NatsServer(cls.folder).start()
        cls.addClassCleanup(cls.nats.stop)
        cls.config = cls.folder / "seaworthy.toml"
        cls.config.write_text(cls.nats.log_table)


class ModelCase(ServerCase):
    """Its server asks `model`, which is ours; `tables` is the configuration, `{url}` where the model is."""

    tables = None

    @classmethod
    def prepare(cls):
        cls.model = Provider()
        cls.addClassCleanup(cls.model.close)
        cls.config = cls.folder / "seaworthy.toml"
        cls.config.write_text(cls.tables.format(url=cls.model.url))


class StoppedCase(ServerCase):
    """What servers left that run no more; each case gets copies of its own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.earlier, cls.left = cls.folder / "earlier", cls.folder / "data"
        cls.fill()
        cls.server.stop()

    @classmethod
    def fill(cls):
        """What happens before the last stop. `keep` at moments between."""

    @classmethod
    def keep(cls, folder):
        """Keeps what there is now, and goes on."""
        cls.server.settle()
        cls.server.stop()
        shutil.copytree(cls.left, folder)
        cls.server.start()

    def setUp(self):
        self.place = pathlib.Path(tempfile.mkdtemp(prefix="case-", dir=self.folder))
        self.data = self.copy(self.left, "data")

    def copy(self, folder, name):
        return pathlib.Path(shutil.copytree(folder, self.place / name))

    def swap(self, part, other):
        """Puts a part of another folder in the place of ours."""
        shutil.rmtree(self.data / part)
        shutil.copytree(other / part, self.data / part)

    def command(self, *arguments, code=0, says=(), **how):
        """Runs it on the copy; what it printed."""
        done = run(*arguments, "--data", self.data, **how)
        told = done.out + done.err
        self.assertEqual(done.code, code, told)
        for words in says:
            self.assertIn(words, " ".join(told.split()))
        return told
