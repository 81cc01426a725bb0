#!/usr/bin/env python3
"""The program and its broker cut off from each other and healed: nothing is lost,
nothing happens twice. As root the broker runs in a network namespace whose link
goes down; otherwise (--plain) a proxy of ours stops forwarding."""

import os
import pathlib
import random
import select
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from torture.case import Load, parse_arguments, prove, run_piece  # noqa: E402
from support.nats_server import NatsServer  # noqa: E402
from support.server import Server  # noqa: E402
from support.waiting import wait_until  # noqa: E402

ARGUMENTS = parse_arguments(__doc__, 100)
# Shorter cuts TCP heals; longer ones end the connection (two pings of 5 s).
SHORT, LONG = (0.05, 2.0), (11.0, 16.0)
LONG_SHARE = 0.1


class Proxy:
    """Forwards bytes to the broker until it is cut; then it takes and says nothing."""

    def __init__(self, folder):
        self.broker = NatsServer(folder).start()
        self.healed = threading.Event()
        self.healed.set()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"nats://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                inside = self.listener.accept()[0]
            except OSError:
                return
            threading.Thread(target=self._forward, args=(inside,), daemon=True).start()

    def _forward(self, inside):
        self.healed.wait()
        try:
            with inside, socket.create_connection(("127.0.0.1", self.broker.port)) as outside:
                other = {inside: outside, outside: inside}
                while True:
                    ready = select.select([inside, outside], [], [], 0.2)[0]
                    self.healed.wait()
                    for end in ready:
                        data = end.recv(65536)
                        if not data:
                            return
                        other[end].sendall(data)
        except OSError:
            return

    def cut(self):
        self.healed.clear()

    def heal(self):
        self.healed.set()

    def end(self):
        self.healed.set()
        self.listener.close()
        self.broker.stop()


class Namespace:
    """The broker in a network namespace of its own, behind a link that goes down."""

    def __init__(self, folder):
        number = os.getpid() % 200
        self.name, self.link = f"swtort{number}", f"swt{number}"
        here, there = f"10.231.{number}.1", f"10.231.{number}.2"
        self.url = f"nats://{there}:4222"
        inside = ("ip", "netns", "exec", self.name)
        self._run("ip", "netns", "add", self.name)
        self._run("ip", "link", "add", self.link, "type", "veth", "peer", "name", "eth0", "netns", self.name)
        self._run("ip", "addr", "add", f"{here}/24", "dev", self.link)
        self._run("ip", "link", "set", self.link, "up")
        for words in (("addr", "add", f"{there}/24", "dev", "eth0"), ("link", "set", "eth0", "up"), ("link", "set", "lo", "up")):
            self._run(*inside, "ip", *words)
        config = folder / "nats.conf"
        config.write_text(f'listen: {there}:4222\njetstream {{ store_dir: "{folder}/nats" }}\n')
        program = shutil.which("nats-server", path="/usr/sbin:/usr/bin:/usr/local/bin")
        with open(folder / "nats.log", "ab") as log:
            self.process = subprocess.Popen([*inside, program, "-c", config], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wait_until(lambda: self._answers(there), "the NATS server answers", 30)

    @staticmethod
    def _run(*command):
        subprocess.run(command, check=True)

    @staticmethod
    def _answers(address):
        try:
            with socket.create_connection((address, 4222), 1) as connection:
                return connection.recv(4) == b"INFO"
        except OSError:
            return False

    def cut(self):
        self._run("ip", "link", "set", self.link, "down")

    def heal(self):
        self._run("ip", "link", "set", self.link, "up")

    def end(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        subprocess.run(["ip", "netns", "del", self.name], check=False)


def piece(folder, memory):
    chance = random.Random(ARGUMENTS.seed)
    network = (Proxy if ARGUMENTS.plain else Namespace)(folder)
    config = folder / "seaworthy.toml"
    config.write_text(f'[log]\nkind = "nats"\nurl = "{network.url}"\n')
    server = Server(folder, config=config)
    try:
        server.start()
        longest = 0.0
        for number in range(ARGUMENTS.count):
            load = Load(server.api, memory, f"{ARGUMENTS.seed}/{number}", 9).start()
            time.sleep(chance.uniform(0.0, 0.4))  # Not a wait: the moment of the cut.
            network.cut()
            time.sleep(chance.uniform(*(LONG if chance.random() < LONG_SHARE else SHORT)))  # How long it lasts.
            network.heal()
            begin = time.monotonic()
            load.join()
            server.settle(120)
            longest = max(longest, time.monotonic() - begin)
            if server.process.poll() is not None:
                return [f"cut {number}: the program ended: {server.log_tail()}"]
        kind = "a proxy that stops" if ARGUMENTS.plain else "a network namespace"
        print(f"cut off {ARGUMENTS.count} times by {kind}; all work done {longest:.1f} s after healing at most")
        return prove(server, memory, network.url, config)
    finally:
        if server.process and server.process.poll() is None:
            server.kill()
        network.end()


if __name__ == "__main__":
    if not ARGUMENTS.plain and (os.geteuid() != 0 or not shutil.which("ip")):
        sys.exit("cut: a network namespace needs root and iproute2; --plain uses a proxy instead")
    sys.exit(run_piece(piece))
