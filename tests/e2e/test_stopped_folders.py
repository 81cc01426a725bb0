"""What `verify`, `rebuild`, `doctor` and others say of data folders that are whole, damaged, mixed up, empty or in use."""

import fcntl
import os
import shutil
import socket
import unittest

from e2e.case import StoppedCase
from support.announcements import model_card
from support.server import Server, free_port


class StoppedFolders(StoppedCase):
    """`left` has two announcements, `earlier` the first of them, `twin` another in the first's place."""

    @classmethod
    def fill(cls):
        cls.tool = cls.server.submit_and_read(model_card(700))["tools"][0]
        cls.keep(cls.earlier)
        cls.server.submit_and_read(model_card(701))
        cls.server.settle()
        (cls.folder / "other").mkdir()
        other = Server(cls.folder / "other").start()
        try:
            other.submit_and_read(model_card(702))
            other.settle()
        finally:
            other.stop()
        cls.twin = other.data

    def empty(self):
        """In the folder's place, one that nothing was ever in."""
        shutil.rmtree(self.data)
        self.data.mkdir(0o700)

    def break_store(self, part):
        (self.data / part / "CURRENT").write_text("nonsense\n")

    def in_use(self, text):
        """As by a process that serves nothing; `text` stands in its lock."""
        lock = open(self.data / "run/lock", "w+")
        self.addCleanup(lock.close)
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write(text)
        lock.flush()

    def verify(self, *flags, code=0, says=()):
        return self.command("verify", *flags, code=code, says=says)

    def test_a_whole_folder_is_whole_by_every_name(self):
        told = self.verify(says=["the same as made anew from the log", "ok people"])
        self.assertEqual(told, self.verify(f"{self.data}/"))
        self.assertNotIn("made anew", self.verify("--quick"))

    def test_each_part_that_is_missing_is_told_with_the_way_out(self):
        shutil.rmtree(self.data / "people")
        self.verify(says=["- people none yet"])
        shutil.rmtree(self.data / "store")
        self.verify(says=["- store none yet; `seaworthy up` or `seaworthy rebuild` makes it"])
        shutil.rmtree(self.data / "objects")
        self.verify(code=1, says=["WRONG objects there are none; restore the folder from a backup", "objects is not whole"])
        shutil.rmtree(self.data / "log")
        self.verify(code=1, says=["WRONG log there is none", "log, objects are not whole; see above"])

    def test_without_its_log_the_rest_is_checked_all_the_same(self):
        shutil.rmtree(self.data / "log")
        told = self.verify(code=1, says=["log is not whole", "ok objects"])
        self.assertRegex(told, r"ok +store +schema \d+, event \d+, hash \w+\n")

    def test_an_object_that_events_name_and_nobody_has_is_found(self):
        shutil.rmtree(self.data / "objects")
        (self.data / "objects").mkdir()
        self.verify(code=1, says=["WRONG objects event 1 names the object", "which is not there; restore the folder"])

    def test_a_log_that_lost_its_end_is_found_by_the_state(self):
        self.swap("log", self.earlier)
        self.verify(code=1, says=["WRONG store it has seen event", "the log has lost events; restore the folder from a backup"])

    def test_a_state_of_another_history_is_found(self):
        self.data = self.copy(self.earlier, "mixed")
        self.swap("store", self.twin)
        self.verify(code=1, says=["made anew from the log it is", "run `seaworthy rebuild` to put the latter in its place"])
        self.command("rebuild", "--check", code=1, says=["is not what the log makes; run `seaworthy rebuild`"])
        self.command("rebuild", says=[f"the state before is kept in {self.data}/store.replaced"])
        self.verify(says=["the same as made anew from the log"])

    def test_a_damaged_state_is_made_anew_and_the_damaged_one_kept(self):
        whole = self.command("rebuild", "--check")
        self.break_store("store")
        self.doctor(says=["FAIL state", "`seaworthy rebuild` makes it anew from the log"])
        self.command("rebuild", "--check", code=1, says=["present", "the present state is not what the log makes"])
        told = self.command("rebuild", says=["replaced the state before is kept in"])
        self.assertEqual(told[told.index("rebuilt") :].split()[1], whole[whole.index("rebuilt") :].split()[1])
        self.assertEqual((self.data / "store.replaced/CURRENT").read_text(), "nonsense\n")
        self.command("doctor", "--port", free_port(), says=["ok log", "ok state opens"])

    def test_a_folder_that_nothing_was_ever_in_is_rebuilt_to_nothing(self):
        self.empty()
        self.command("rebuild", says=["events 0"])

    def test_a_folder_there_is_not_is_named(self):
        self.data = self.place / "none"
        for arguments in (("rebuild",), ("verify",), ("backup", self.place / "backups"), ("log", "show")):
            self.command(*arguments, code=1, says=[f"{self.data}: no such data folder; name it with --data"])

    def doctor(self, *flags, code=1, says=()):
        return self.command("doctor", *(flags or ("--port", free_port())), code=code, says=says)

    def test_a_damaged_log_is_told(self):
        self.break_store("log")
        self.doctor(says=["FAIL log", "1 check failed; see FAIL above"])

    def test_a_port_that_somebody_has_is_told_beside_all_else(self):
        self.break_store("log")
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            self.doctor("--port", port, says=["FAIL log", "FAIL port", str(port), "2 checks failed"])

    def test_who_uses_the_folder_and_serves_nothing_is_named(self):
        self.in_use(f"{os.getpid()}\n")
        self.doctor(says=[f"in use by process {os.getpid()}", "FAIL server no server answers", "runs on another port"])
        self.command("verify", code=5, says=[f"in use by process {os.getpid()}; stop it"])

    def test_a_lock_that_names_nobody_is_a_lock(self):
        for text in ("", "somebody\n"):
            self.in_use(text)
            self.command("verify", code=5, says=["in use by another process; stop it, or name another folder"])
            self.command("account", "list", code=3, says=["no server answers"])
            (self.data / "run/lock").unlink()

    def test_what_stands_in_the_way_of_the_lock_is_named(self):
        (self.data / "run/lock").unlink()
        (self.data / "run/lock").mkdir()
        self.doctor(says=["FAIL data", "run/lock: cannot be used as data folder: Is a directory"])
        self.command("verify", code=1, says=["check its owner and mode, or name another with --data"])

    def test_a_folder_below_a_file_cannot_be_made(self):
        (self.place / "file").write_text("x")
        self.data = self.place / "file/data"
        self.command("up", "--port", 0, code=1, says=[f"{self.data}: cannot be used as data folder: Not a directory"])

    def test_a_trace_is_read_from_the_folder(self):
        told = self.command("trace", self.tool)
        self.assertIn("announcement.received", told)

    def test_an_address_that_nobody_answers_at_is_told(self):
        (self.data / "run/address").write_text(f"unix:{self.data}/run/gone.sock\n")
        self.command("status", code=3, says=["no server answers for the data folder", "start one with `seaworthy up --data"])

    def test_a_token_file_that_holds_nothing_or_is_none_stops_the_start(self):
        token = self.data / "api-token"
        token.write_text("\n")
        self.command("up", "--port", 0, code=1, says=["api-token: is empty; remove it to have a token made"])
        token.unlink()
        token.mkdir()
        self.command("up", "--port", 0, code=1, says=["api-token: cannot be read"])


if __name__ == "__main__":
    unittest.main()
