"""Backups of a running server, and data folders made of them."""

import re
import shutil
import subprocess
import threading
import unittest

from e2e.case import NatsCase, ServerCase
from support.announcements import model_card
from support.server import PROGRAM, Server, environment, run
from support.waiting import wait_until
from upgrade.fixture import all_fixtures


def lines(text):
    """The second word of each line, and the line."""
    return {line.split()[1]: line for line in text.splitlines() if len(line.split()) > 1}


class Load:
    """Hands announcements in until it is stopped."""

    def __init__(self, api, first):
        self.api, self.next, self.acknowledged = api, first, []
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.work)

    def work(self):
        last = self.next + 150  # The tests wait for all of them.
        while not self.stopping.is_set() and self.next < last:
            answer = self.api.submit(model_card(self.next), key=f"load-{self.next}")
            if answer.status == 202:
                self.acknowledged.append(answer.json["announcement_id"])
            self.next += 1

    def __enter__(self):
        self.thread.start()
        wait_until(lambda: self.acknowledged, "the load is under way")
        return self

    def __exit__(self, *_):
        self.stopping.set()
        self.thread.join()


class BackupCase(ServerCase):
    def setUp(self):
        self.backups = self.folder / self.id()

    def command(self, name, *arguments):
        config = ["--config", self.config] if self.config else []
        return run(name, *arguments, *config)

    def back_up(self, *flags):
        done = self.command("backup", self.backups, "--data", self.server.data, *flags)
        self.assertEqual(done.code, 0, done.out + done.err)
        return lines(done.out)

    def restored(self, *flags):
        """A server, not started yet, on a folder made of the newest backup."""
        folder = self.folder / (self.id() + "-restored")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        server = Server(folder, config=self.config)
        done = self.command("restore", self.backups, "--data", server.data, *flags)
        self.assertEqual(done.code, 0, done.out + done.err)
        self.addCleanup(server.stop)
        return server, lines(done.out)

    def verify(self, folder):
        return self.command("verify", folder)

    def published(self, server):
        """What is decided and public."""
        comparisons = [c for c in server.api.all("/comparisons", "comparisons") if c["state"] == "approved"]
        shown = {c["id"]: server.api.comparison(c["id"]) for c in comparisons}
        paths = ["/"] + [f"/compare/{name}" for name in shown]
        # Links name the port, which is each server's own.
        return shown, {path: server.read(path).body.replace(b":%d/" % server.port, b"/") for path in paths}

    def kept_files(self):
        return sorted(p for p in (self.backups / "files").rglob("*") if p.is_file())


class Backup(BackupCase):
    def test_a_backup_under_load_restores_to_what_was_there(self):
        self.approved_pair(model_card(600), model_card(601))
        before = self.published(self.server)
        self.server.settle()
        with Load(self.api, 610) as load:
            acknowledged = list(load.acknowledged)
            made = self.back_up()
        self.assertIn("event", made["holds"])
        restored, told = self.restored()
        self.assertIn("the same as made anew from the log", told["store"])
        self.assertEqual(told["holds"].split(";")[0], made["holds"])
        restored.start()
        restored.settle()
        self.assertEqual(self.published(restored), before)
        for announcement_id in acknowledged:
            self.assertEqual(restored.api.announcement(announcement_id)["state"], "recorded")

    def test_what_is_restored_is_a_beginning_of_the_log(self):
        self.approved_pair(model_card(602), model_card(603))
        made = self.back_up()
        position = int(re.search(r"event (\d+)", made["holds"])[1])
        self.record(model_card(604))
        restored, _ = self.restored("--quick")
        whole = self.verify(restored.data)
        self.assertEqual(whole.code, 0, whole.out + whole.err)
        self.assertIn(f" {position} events", lines(whole.out)["log"])

    def test_only_what_changed_is_copied_and_old_backups_go(self):
        self.record(model_card(605))
        self.back_up()
        first = self.kept_files()
        self.record(model_card(606))
        second = self.back_up()
        new = int(re.search(r"; (\d+) of them new", second["backup"])[1])
        files = int(re.search(r": (\d+) files", second["backup"])[1])
        self.assertLess(new, files)
        self.assertTrue(set(first) <= set(self.kept_files()))
        third = self.back_up("--keep", "1")
        self.assertIn("2 older backups", third["removed"])
        self.assertEqual(self.verify(self.backups).code, 0)
        self.assertEqual(len(list((self.backups / "backups").glob("*.json"))), 1)

    def test_a_flipped_byte_is_found_and_not_restored(self):
        self.record(model_card(607))
        self.back_up()
        self.assertEqual(self.verify(self.backups).code, 0)
        damaged = max(self.kept_files(), key=lambda path: path.stat().st_size)
        content = bytearray(damaged.read_bytes())
        content[len(content) // 2] ^= 1
        damaged.write_bytes(content)
        found = self.verify(self.backups)
        self.assertEqual(found.code, 1, found.out)
        self.assertIn(damaged.name, found.out)
        data = self.folder / "damaged-restore"
        refused = self.command("restore", self.backups, "--data", data)
        self.assertEqual(refused.code, 1, refused.out)
        started = run("verify", "--data", data)
        self.assertEqual(started.code, 1)
        self.assertIn("a restore into this folder did not end", started.err)

    def test_a_folder_that_holds_something_is_not_restored_into(self):
        self.record(model_card(608))
        self.back_up()
        refused = self.command("restore", self.backups, "--data", self.server.data)
        self.assertEqual(refused.code, 1)
        self.assertIn("is not empty", refused.err)

    def test_killed_at_any_moment_the_earlier_backup_stays(self):
        self.record(model_card(609))
        self.back_up()
        command = [PROGRAM, "backup", self.backups, "--data", self.server.data]
        for pause in [0.0, 0.01, 0.03, 0.06, 0.1, 0.15, 0.2, 0.3]:
            self.record(model_card(620 + int(pause * 100)))
            process = subprocess.Popen(
                list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment()
            )
            try:
                process.wait(pause)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            self.assertEqual(self.verify(self.backups).code, 0)
        self.back_up()
        self.assertEqual(list((self.backups / "unfinished").iterdir()), [])
        self.assertFalse((self.server.data / "checkpoint").exists())
        self.restored("--quick")

    def test_a_verified_backup_lets_the_log_be_trimmed(self):
        self.record(model_card(690))
        self.back_up()
        mark = (self.server.data / "snapshot.json").read_text()
        self.assertIn(str(self.backups), mark)


class ClosedFolder(BackupCase):
    """Of a folder that no server uses."""

    def setUp(self):
        super().setUp()
        if self.server.process.poll() is not None:
            self.server.start()

    def test_it_is_backed_up_and_verified_as_well(self):
        self.approved_pair(model_card(630), model_card(631))
        before = self.published(self.server)
        self.assertEqual(self.server.stop(), 0)
        self.back_up()
        restored, _ = self.restored()
        restored.start()
        self.assertEqual(self.published(restored), before)

    def test_what_is_damaged_is_neither_backed_up_nor_called_whole(self):
        self.record(model_card(632))
        self.assertEqual(self.server.stop(), 0)
        self.assertEqual(self.verify(self.server.data).code, 0)
        kept = self.folder / "whole"
        shutil.copytree(self.server.data, kept, symlinks=True)
        table = max((self.server.data / "objects").glob("*.sst"), key=lambda path: path.stat().st_size)
        content = bytearray(table.read_bytes())
        content[len(content) // 3] ^= 1
        table.write_bytes(content)
        found = self.verify(self.server.data)
        refused = self.command("backup", self.backups, "--data", self.server.data)
        shutil.rmtree(self.server.data)
        kept.rename(self.server.data)
        self.assertEqual((found.code, refused.code), (1, 1), found.out + refused.out)
        self.assertIn("WRONG objects", found.out)
        self.assertIn("no backup was made", refused.err)

    def test_a_state_of_another_log_is_found(self):
        other = all_fixtures()[-1].unpack(self.folder / "other")
        self.assertEqual(self.verify(other).code, 0)
        self.record(model_card(633))
        self.assertEqual(self.server.stop(), 0)
        mixed = self.folder / "mixed"
        shutil.copytree(self.server.data, mixed)
        shutil.rmtree(mixed / "store")
        shutil.copytree(other / "store", mixed / "store")
        found = self.verify(mixed)
        self.assertEqual(found.code, 1, found.out)
        self.assertIn("WRONG store", found.out)

    def test_the_folder_of_a_running_server_is_not_verified(self):
        found = self.verify(self.server.data)
        self.assertEqual(found.code, 5, found.err)


class OverNats(NatsCase, BackupCase):
    """The log is not in the folder."""

    def test_what_is_left_out_is_said_and_the_rest_goes_on_with_the_stream(self):
        self.approved_pair(model_card(640), model_card(641))
        self.server.settle()
        before = self.published(self.server)
        done = self.command("backup", self.backups, "--data", self.server.data)
        self.assertEqual(done.code, 0, done.out + done.err)
        for part in ("log", "objects"):
            self.assertRegex(done.out, rf"LEFT +{part} +not in this backup")
        self.assertEqual(self.server.stop(), 0)
        restored, _ = self.restored()
        restored.start()
        restored.settle()
        self.assertEqual(self.published(restored), before)
        restored.stop()
        self.server.start()


if __name__ == "__main__":
    unittest.main()
