"""A nats-server with JetStream on loopback, killed and started at will."""

import shutil
import signal
import socket
import subprocess

from support.server import free_port
from support.waiting import wait_until


class NatsServer:
    """Its port and its store stay the same over restarts."""

    def __init__(self, folder):
        self.folder = folder
        self.port = free_port()
        self.process = None

    @property
    def url(self):
        return f"nats://127.0.0.1:{self.port}"

    @property
    def log_table(self):
        """The table of a configuration that puts the log here."""
        return f'[log]\nkind = "nats"\nurl = "{self.url}"\n'

    def start(self):
        program = shutil.which("nats-server", path="/usr/sbin:/usr/bin:/usr/local/bin")
        config = self.folder / "nats.conf"
        config.write_text(f'listen: 127.0.0.1:{self.port}\njetstream {{ store_dir: "{self.folder}/nats" }}\n')
        with open(self.folder / "nats.log", "ab") as log:
            self.process = subprocess.Popen([program, "-c", config], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wait_until(self.answers, "the NATS server answers", 30)
        return self

    def answers(self):
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as connection:
                return connection.recv(4) == b"INFO"
        except OSError:
            return False

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        if self.process and self.process.poll() is None:
            self.kill()
