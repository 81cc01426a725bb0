"""`seaworthy log`, `backup`, `restore` and `verify` of a folder that no server uses: what they say and what they refuse."""

import re
import shutil
import unittest

from e2e.case import NatsCase, StoppedCase
from support.announcements import model_card
from support.server import run
from support.terminal import Terminal


class LogCase(StoppedCase):
    """`left` goes on after `earlier`, and defines a source before it."""

    @classmethod
    def fill(cls):
        hook = {"action": "put", "source_id": "acme-hook", "kind": "webhook", "signature": "generic"}
        assert cls.server.api.call("POST", "/sources", hook).status == 200
        cls.server.submit_and_read(model_card(710))
        cls.keep(cls.earlier)
        cls.server.submit_and_read(model_card(711))
        cls.server.settle()

    def log(self, *arguments, code=0, says=()):
        return self.command("log", *arguments, code=code, says=says)

    def copy_to(self, place, *flags, **how):
        return self.log("copy", "--from", "embedded", "--to", place, *flags, **how)

    def last(self):
        return int(re.search(r"records +\d+ to (\d+)", self.log("show")).group(1))

    def backups(self):
        return self.place / "backups"

    def back_up(self, **how):
        return self.command("backup", self.backups(), **how)

    def configured(self, text):
        path = self.place / "seaworthy.toml"
        path.write_text(text)
        return "--config", path

    def terminal(self, *arguments):
        shown = Terminal(*arguments, "--data", self.data).end()
        self.assertEqual(shown.code, 0, shown.shown)
        return shown


class Log(LogCase):
    def test_what_there_is_is_told(self):
        told = self.log("show", says=["engine embedded", "for ever (log.retention_days = 0)", "no backup was verified yet"])
        self.assertRegex(told, r"records +1 to \d+, the last of \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\n")
        self.assertRegex(told, rf"size +\d+ bytes in {self.data}/log\n")
        self.assertRegex(told, r"queue +waiting +under way +retrying +given up\n")
        config = self.configured("[log]\nretention_days = 30\n")
        self.log("show", *config, says=["30 days, then what a verified backup covers may go"])
        self.assertEqual(told.split("size")[0], self.log("show", "embedded").split("size")[0])

    def test_of_a_log_without_records_that_is_told(self):
        shutil.rmtree(self.data)
        self.data.mkdir(0o700)
        self.log("show", code=1, says=["log: no log is there; name its data folder with --data"])
        self.back_up(says=["ok log no event yet", "ok holds up to no event yet"])  # It made one.
        self.log("show", says=["records none", "backup of no record, "])
        self.copy_to(f"embedded:{self.place}/copy", says=["records 0", "verified"])

    def test_places_that_are_none_are_refused(self):
        for place in ("disk", "embedded:", "copy:"):
            self.log("show", place, code=2, says=[f"{place}: a log's place is embedded, embedded:DIR, nats"])
        self.copy_to("copy", code=2, says=["a log is copied to embedded or to nats"])
        self.copy_to("nats", "--continue", code=2, says=["--continue goes with --to embedded:DIR"])
        nowhere = f"embedded:{self.place}/none"
        self.log("copy", "--from", nowhere, "--to", "embedded", code=1, says=["none/log: no log is there"])

    def test_a_terminal_shows_how_far_it_is(self):
        shown = self.terminal("log", "copy", "--from", "embedded", "--to", f"embedded:{self.place}/there")
        self.assertRegex(shown.shown, r"\robjects  \[#+\.*\] \d+/\d+\x1b\[K|\robjects  \d+\x1b\[K")
        self.assertRegex(shown.shown, r"\rrecords  \[[#.]{30}\] \d+/\d+\x1b\[K")
        self.assertIn("the last hash is the same in both", shown.text)

    def test_the_same_copy_again_finds_all_of_it_there(self):
        place = f"embedded:{self.place}/there"
        told = self.copy_to(place)
        again = self.copy_to(place, says=["nothing: all of it is there, of an earlier run"])
        self.assertEqual(told[told.index("\nhash") :], again[again.index("\nhash") :])
        self.copy_to("embedded", code=1, says=["is open already", "choose another folder"])

    def test_a_restored_beginning_gets_what_came_after(self):
        there, last = self.copy(self.earlier, "there"), self.last()
        self.copy_to(f"embedded:{there}", code=1, says=["holds a log already"])
        told = self.copy_to(f"embedded:{there}/", "--continue", says=["goes on after record", "which is there already"])
        self.assertRegex(told, rf"records +{last}\n")
        self.data = there
        self.assertEqual(self.last(), last)

    def trim(self, *flags, code=0, says=()):
        return self.log("trim", *flags, code=code, says=says)

    def test_without_a_word_how_long_and_a_backup_nothing_goes(self):
        self.trim(code=1, says=["the log is kept for ever: set log.retention_days, or give --keep-days"])
        self.trim("--keep-days", "0", code=1, says=["no backup was verified yet", "run `seaworthy backup` first"])
        (self.data / "snapshot.json").write_text("{}")
        self.trim("--keep-days", "0", code=1, says=["snapshot.json"])
        self.log("show", says=["snapshot.json"])

    def test_a_dry_run_says_what_would_go_and_a_run_that_it_went(self):
        last = self.last()
        self.back_up()
        self.log("show", says=[f"up to record {last}, ", f"in {self.backups()}"])
        self.trim("--keep-days", "0", "--dry-run", says=["would go records 1 to", "nothing was changed"])
        young = self.trim(*self.configured("[log]\nretention_days = 30\n"), says=["nothing is trimmed"])
        self.assertRegex(young, r"kept +\S.*\d")
        told = self.trim("--keep-days", "0", says=["1 sources again, whose definitions go", f"in {self.backups()}: keep it"])
        first = int(re.search(r"gone +records 1 to (\d+); their ids stay known", told).group(1)) + 1
        self.log("show", says=[f"records {first} to {last + 1}"])
        self.command("verify", says=[f"events {first} to {last + 1}", f"not made anew, the log begins at event {first}"])
        self.swap("store", self.earlier)
        self.command("verify", code=1, says=[f"the log begins at {first}: restore the backup that the log was trimmed behind"])

    def test_what_the_state_has_not_seen_stays(self):
        self.back_up()
        self.swap("store", self.earlier)
        self.trim("--keep-days", "0", code=1, says=["store has read up to record", "only; start the server once, then trim"])
        shutil.rmtree(self.data / "store")
        self.trim("--keep-days", "0", code=1, says=["store has read up to record 0 only"])


class Backups(LogCase):
    def restore(self, name="restored", *flags, code=0, says=()):
        """The folder made of a backup."""
        kept, self.data = self.data, self.place / name
        try:
            self.command("restore", self.backups(), *flags, code=code, says=says)
            return self.data
        finally:
            self.data = kept

    def verify(self, code=0, says=()):
        return self.command("verify", self.backups(), code=code, says=says)

    def test_what_costs_to_lose_comes_back_and_what_is_of_the_moment_does_not(self):
        (self.data / "api-token").write_text("a token\n")
        (self.data / "batches").mkdir()
        for name in ("sent.json", "LOCK", "OWNER", "LOG", "LOG.old.17"):
            (self.data / "batches" / name).write_text(name)
        self.back_up()
        restored = self.restore()
        self.assertEqual((restored / "api-token").read_text(), "a token\n")
        self.assertEqual([path.name for path in (restored / "batches").iterdir()], ["sent.json"])
        shown = self.terminal("verify", self.backups())
        self.assertRegex(shown.text, r"ok +backup 1 \d{4}-.* files, \d+\.\d MiB, up to event \d+")

    def test_a_terminal_shows_how_far_it_is(self):
        for arguments in (("backup", self.backups()), ("restore", self.backups())):
            shown = self.terminal(*arguments)
            self.assertRegex(shown.shown, r"\r\[[#.]{30}\] \d+/\d+ MiB")
            self.assertIn("\r\x1b[K", shown.shown)
            self.data = self.place / "restored"

    def test_an_earlier_one_is_restored_by_its_number(self):
        whole = self.data
        self.data = self.copy(self.earlier, "beginning")
        self.back_up()
        self.data = whole
        self.back_up()
        first, second = self.restore("one", "--number", "1"), self.restore("two")
        self.restore("nine", "--number", "9", code=1, says=["has no backup 9; it has 1 to 2"])
        lasts = []
        for self.data in (first, second):
            lasts.append(self.last())
        self.assertLess(*lasts)

    def test_a_folder_without_a_finished_backup_is_told(self):
        self.back_up()
        (self.backups() / "backups/000001.json").unlink()
        self.verify(code=1, says=["backups: holds no finished backup"])
        self.restore(code=1, says=["holds no finished backup"])
        told = "holds no backups; name the folder that `seaworthy backup` wrote"
        self.command("restore", self.place / "nowhere", code=1, says=[told])

    def test_what_is_missing_or_misnamed_is_damaged(self):
        self.back_up()
        table = next(path for path in (self.backups() / "files").rglob("*") if path.is_file())
        table.rename(self.place / "lost")
        self.verify(code=1, says=["WRONG backup 1", "is damaged", "1 of 1 backups cannot be restored; make a new one"])
        self.restore("damaged", code=1, says=["is damaged", "use another backup. Nothing will start on"])
        (self.place / "lost").rename(table)
        self.verify(says=["ok backup 1"])
        (self.backups() / "backups/000001.json").rename(self.backups() / "backups/000007.json")
        self.verify(code=1, says=["000007.json: is the manifest of backup 1"])

    def test_a_place_that_cannot_be_made_is_named_with_the_reason(self):
        (self.place / "file").write_text("x")
        for place in (self.place / "file", self.place / "file/below/it"):
            told = self.command("backup", place, code=1)
            self.assertRegex(told, f"{self.place}/file\\S*: cannot be written: Not a directory; check its disk's space")
        self.command("backup", self.data, code=1, says=["holds something else than backups; name an empty folder"])
        self.command("backup", f"{self.backups()}/", "--keep", "1", says=[f"1 in {self.backups()}/: "])
        self.assertIn("older backups", self.command("backup", self.backups(), "--keep", "1"))


class OverNats(NatsCase):
    """The log is a stream; its copy is in the folder of a server that has stopped."""

    def command(self, *arguments, code=0, says=()):
        done = run(*arguments, "--config", self.config)
        told = done.out + done.err
        self.assertEqual(done.code, code, told)
        for words in says:
            self.assertIn(words, " ".join(told.split()))
        return told

    def test_stream_and_copy_are_looked_at_copied_and_backed_up(self):
        self.record(model_card(720))
        self.server.settle()
        self.assertEqual(self.server.stop(), 0)
        data = ["--data", self.server.data]
        stream = self.command("log", "show", *data, says=["engine nats records 1 to"])
        named = self.command("log", "show", "nats:SEAWORTHY", *data)
        self.assertEqual(stream, named.replace("nats:SEAWORTHY", "nats"))
        copy = self.command("log", "show", "copy", *data, says=[f"bytes in {self.server.data}/log-copy"])
        last_hash = re.search(r"hash +(\w+)", stream).group(1)
        self.assertIn(last_hash, copy)
        embedded = self.folder / "embedded"
        copied = self.command("log", "copy", "--from", "copy", "--to", f"embedded:{embedded}", *data)
        self.assertRegex(copied, rf"hash +{last_hash}\n")
        self.assertRegex(run("verify", embedded).out, rf"ok +log +\d+ events, .* chain {last_hash}\n")
        self.command("verify", *data, says=["(the copy in log-copy)", "kept on the NATS servers"])
        backups = self.folder / "backups"
        self.command("backup", backups, *data, says=["ok log", "LEFT objects not in this backup"])
        self.command("restore", backups, "--data", self.folder / "restored", says=["(the copy in log-copy)"])
        shutil.rmtree(self.server.data / "log-copy")
        self.command("verify", *data, says=["- log kept on the NATS servers, no copy of it here"])
        self.command("log", "show", "copy", *data, code=1, says=["log-copy: no log is there"])


if __name__ == "__main__":
    unittest.main()
