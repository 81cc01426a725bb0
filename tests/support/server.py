"""Runs the built `seaworthy` on a data folder of its own."""

import os
import pathlib
import shutil
import signal
import socket
import subprocess

from support import http_client
from support.waiting import wait_until

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = pathlib.Path(os.environ.get("SEAWORTHY_PROGRAM", ROOT / "build/bin/seaworthy")).resolve()
if not PROGRAM.is_file():
    raise SystemExit(f"{PROGRAM}: is not built; run `make build`, or name another with $SEAWORTHY_PROGRAM")
TOKEN = "test-token-0123456789abcdef"
# Sanitizers make everything several times slower.
START_SECONDS = 60


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def built(name):
    """A program of the tests, from the build tree; `$NAME` names another."""
    return os.environ.get(name.upper()) or str(PROGRAM.parent.parent / "release/tests" / name)


def environment():
    """Nothing of the caller's settings reaches the program."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SEAWORTHY_")}
    return {**kept, "NO_COLOR": "1"}


def run(*arguments, **how):
    """Runs the command to its end; `.code`, `.out` and `.err` say what came."""
    return run_program(PROGRAM.name, *arguments, **how)


def run_program(name, *arguments, stdin=b"", timeout=120, settings=None, stdout=subprocess.PIPE):
    """The same with another of our programs; `settings` are of its environment."""
    done = subprocess.run(
        [PROGRAM.with_name(name), *map(str, arguments)], input=stdin, stdout=stdout, stderr=subprocess.PIPE,
        timeout=timeout, env={**environment(), **(settings or {})}, check=False,
    )  # fmt: skip
    done.code, done.out, done.err = done.returncode, (done.stdout or b"").decode(), done.stderr.decode()
    return done


def end(process, name, text, seconds=15):
    """Asks it to stop and returns its exit code; `text()` is what it wrote."""
    if process is None or process.poll() is not None:
        return process and process.returncode
    process.send_signal(signal.SIGTERM)
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise AssertionError(f"{name} did not stop within {seconds} s:\n{text()}") from None


class Server:
    """`seaworthy up`. Its output goes to FOLDER/server.log."""

    def __init__(self, folder, endpoint=None, config=None):
        self.folder = pathlib.Path(folder)
        self.data = self.folder / "data"
        self.log = self.folder / "server.log"
        self.link_file = self.folder / "desk-link"
        self.endpoint = endpoint
        self.config = config
        self.port = None
        self.process = None

    @property
    def api(self):
        return http_client.Api(self.port, TOKEN)

    def spawn(self):
        """Starts it and does not wait."""
        self.port = self.port or free_port()  # One for all its starts.
        self.link_file.unlink(missing_ok=True)
        command = [PROGRAM, "up", "--data", self.data, "--port", self.port, "--token", TOKEN]
        command += ["--desk-link-file", self.link_file]
        if self.endpoint:
            command += ["--endpoint", self.endpoint]
        if self.config:
            command += ["--config", self.config]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                list(map(str, command)), stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment()
            )
        return self

    def start(self):
        self.spawn()
        wait_until(self.is_ready, "the server is ready", START_SECONDS)
        return self

    def is_ready(self):
        if self.process.poll() is not None:
            raise AssertionError(f"seaworthy up ended with {self.process.returncode}:\n{self.log_tail()}")
        return self.link_file.exists()

    def log_tail(self):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-30:])

    def stop(self, seconds=15):
        """Asks it to stop and returns its exit code."""
        return end(self.process, "seaworthy up", self.log_tail, seconds)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def restart(self):
        self.stop()
        return self.start()

    def age(self, days):
        """Stops it; what is in its log has then happened `days` days earlier."""
        self.stop()
        subprocess.run([built("seaworthy_backdate_log"), self.data / "log", str(days)], check=True, timeout=60)
        shutil.rmtree(self.data / "store")  # Made anew from the log.

    def read(self, path):
        """A public page as any reader gets it."""
        return http_client.send(self.port, "GET", path)

    def settle(self, seconds=120):
        """Waits until nothing is under way; the counts at rest."""

        def at_rest():
            status = self.api.call("GET", "/status").json
            counts = status["counts"]
            busy = counts.get("announcements.received", 0) + counts.get("reviews.pending", 0)
            busy += sum(q["pending"] + q["in_flight"] + q["retrying"] for q in status["queues"])
            busy += status["log_sequence"] - status["applied_sequence"]
            return status if busy == 0 else None

        return wait_until(at_rest, "all work is done", seconds)

    def submit_and_read(self, document, **how):
        """Hands a document in and waits until it is recorded or rejected."""
        answer = self.api.submit(document, **how)
        assert answer.status == 202, (answer.status, answer.text)
        announcement_id = answer.json["announcement_id"]

        def done():
            announcement = self.api.announcement(announcement_id)
            return announcement if announcement["state"] != "received" else None

        return wait_until(done, f"{announcement_id} is read")
